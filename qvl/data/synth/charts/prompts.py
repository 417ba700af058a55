"""What charts and tables are asked for, in many wordings; those of demonstrations come first."""

from qvl.tasks.ocr import SPOTTING
from qvl.tasks.prompts import CHART, TABLE

PAGE = ("QwenVL HTML ", "QwenVL HTML", "QwenVL HTML with image caption")
LINES = (
    SPOTTING,
    "Spot all the text in the image line by line, and output in JSON format.",
    "Find every piece of text in the picture; give each with its bbox_2d and text_content as JSON.",
)
_FORMS = {"markdown": "Markdown", "html": "HTML", "csv": "CSV", "json": "JSON"}
_CHART = {
    "en": (
        "Read the data of the chart in the image and output it as {form}.",
        "Extract the data of this chart as a {form} table.",
        "Convert the chart to {form}.",
        "What numbers is this chart made of? Answer with a table in {form}.",
        "Turn the figure into a data table ({form}).",
        "Give me the underlying data as {form}.",
    ),
    "zh": (
        "请将图表中的数据提取为{form}表格。",
        "把这张图表转换成{form}。",
        "读取图表数据，以{form}格式输出。",
    ),
}
_TABLE = {
    "en": (
        "Read the table in the image and output it as {form}.",
        "Transcribe this table as {form}.",
        "Convert the table to {form}, keeping every cell.",
        "Recognise the table. Output format: {form}.",
        "Write down the table in the picture in {form}.",
    ),
    "zh": ("请识别图中的表格，以{form}格式输出。", "把图中的表格转换成{form}。"),
}
PARTS = (
    "Locate every {} in the image and output the coordinates in JSON format.",
    "Outline the position of each {} and output all the coordinates in JSON format.",
    "Where is the {}? Give bounding boxes with labels as JSON.",
    "Detect: {}. Answer with a JSON list of bbox_2d and label.",
)


COUNTS = ("bar", "slice", "candle")
COUNTED = (
    "Count the {} in the figure. First detect their boxes, then give the total number.",
    "How many {} are in the figure? To be sure, first locate each one, then give the total.",
)


def chart_as(form: str, language: str) -> tuple[str, ...]:
    """Wordings that ask for a chart's data in a form of `qvl.data.pages.TABLE_FORMS`."""
    own = (CHART,) if form == "markdown" else ()
    return own + _filled(_CHART, form, language)


def table_as(form: str, language: str) -> tuple[str, ...]:
    own = (TABLE,) if form == "markdown" else ()
    return own + _filled(_TABLE, form, language)


def _filled(wordings: dict[str, tuple[str, ...]], form: str, language: str) -> tuple[str, ...]:
    options = wordings["en"] + wordings.get(language, ()) * (language != "en")
    return tuple(each.format(form=_FORMS[form]) for each in options)
