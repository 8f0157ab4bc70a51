"""What the Data page can ask for."""

from donkeycar.lab.action import Get, Post
from donkeycar.lab.data import answers, edits, pictures, plots, suggestions, tubs

ACTIONS = (
    Get("tubs", tubs.tubs),
    Get("size", tubs.size),
    Get("health", tubs.health),
    Get("open", tubs.open_tub),
    Get("thumbnail", pictures.thumbnail),
    Get("pictures", pictures.pictures),
    Get("plot", plots.plot),
    Get("histogram", plots.distribution),
    Get("choose", edits.choose),
    Post("delete", edits.delete_records),
    Post("restore", edits.restore_records),
    Post("tag", edits.tag_records),
    Post("export", edits.export),
    Get("job", edits.job),
    Get("suggest", suggestions.suggest),
    Post("look", suggestions.look),
    Get("pilots", answers.pilots),
    Get("answers", answers.answers),
    Post("ask", answers.ask),
)
