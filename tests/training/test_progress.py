from donkeycar.training import Bars, Lines, Silent


def run(progress):
    progress.say("3 records: 2 to learn from [really]")
    with progress.task("reading", 4) as advance:
        advance(1)
        advance(1, "half way")
        advance(0, total=2)


def test_bars_tell_how_far_it_is(capsys):
    run(Bars())
    shown = capsys.readouterr().err
    assert "3 records: 2 to learn from [really]" in shown
    assert "reading" in shown
    assert "100%" in shown
    assert "half way" in shown


def test_lines_show_no_bars(capsys):
    run(Lines())
    assert capsys.readouterr().err == "3 records: 2 to learn from [really]\n"


def test_silence(capsys):
    run(Silent())
    assert capsys.readouterr() == ("", "")
