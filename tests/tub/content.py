"""What is in a tub, for comparisons."""

import os


def content(tub):
    """Everything in a tub: what each name is, and what is in it."""
    return {
        str(file.relative_to(tub)): os.readlink(file)
        if file.is_symlink()
        else file.read_bytes()
        if file.is_file()
        else "else"
        for file in tub.rglob("*")
    }


def same_records(old, olds, new, news):
    """Every value is the same except for indexes and names of images, and so is every image."""
    assert len(olds) == len(news)
    for one, other in zip(olds, news, strict=True):
        names = {key for key, kind in old.manifest.input_types.items() if kind.endswith("_array")}
        plain = one.keys() - names - {"_index"}
        assert {key: one[key] for key in plain} == {key: other[key] for key in plain}
        assert one.keys() == other.keys()
        for key in names & one.keys():
            assert old.image_path(one, key).read_bytes() == new.image_path(other, key).read_bytes()
