"""A fault of the console itself tells a stranger nothing, and its owner where to look."""

import re

from donkeycar.console.pair import Invite


def test_a_fault_is_answered_by_a_number_that_the_log_has_too(car, paired, monkeypatch, caplog):
    def break_down(self):
        raise RuntimeError("secret detail in /home/pi/file.py")

    monkeypatch.setattr(Invite, "post", break_down)
    reply = car.post("/invite", {}, paired)
    assert reply.status == 500
    number = re.search("error ([0-9a-f]{8})", reply.json()["error"])[1]
    assert b"secret" not in reply.body
    assert number in caplog.text
    assert "secret detail" in caplog.text
    assert car.post("/drive", {"throttle": 0.2}).status == 200
