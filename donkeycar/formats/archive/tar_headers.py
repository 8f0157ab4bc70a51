"""Headers of tar archives, bounded: Python reads some of them as a whole, whatever their size."""

import tarfile

# Long names and extended headers (tar(5)): a name has at most 4096 bytes.
MAX_HEADER_BYTES = 1 << 16
WHOLE = {
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
}


class ShortHeaders(tarfile.TarInfo):
    """A member whose headers are short and whose size is not below 0.

    What used to happen: a name of gigabytes of zeros, which gzip packs into a few megabytes, filled
    the memory; a size below 0 never ended.
    """

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.size < 0 or (self.type in WHOLE and self.size > MAX_HEADER_BYTES):
            raise tarfile.ReadError("a header of impossible size")
        member: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        if member.size < 0:
            raise tarfile.ReadError("a header of impossible size")
        return member
