"""What whole pages are asked for, in many wordings; those of the demonstrations come first.

The released prompts are those of the report, section 6.1; the others are ours.
"""

from qvl.data.synth.documents.look import Rng, pick

_PAGE = {
    "": ("QwenVL HTML ", "QwenVL HTML "),
    "en": (
        "Parse this page into QwenVL HTML.",
        "Convert the document image to QwenVL HTML with the bounding box of every element.",
        "Write the page down as QwenVL HTML, in reading order.",
        "Give the layout and the text of this page as QwenVL HTML.",
    ),
    "zh": ("将此页面解析为 QwenVL HTML。", "请输出该文档的 QwenVL HTML，包含每个元素的坐标。"),
    "fr": ("Convertis cette page en QwenVL HTML.",),
    "de": ("Wandle diese Seite in QwenVL HTML um.",),
    "it": ("Converti questa pagina in QwenVL HTML.",),
    "es": ("Convierte esta página a QwenVL HTML.",),
    "pt": ("Converta esta página para QwenVL HTML.",),
    "ru": ("Преобразуй эту страницу в QwenVL HTML.",),
    "ja": ("このページを QwenVL HTML に変換してください。",),
    "ko": ("이 페이지를 QwenVL HTML로 변환해 주세요.",),
    "vi": ("Chuyển trang này sang QwenVL HTML.",),
}
_CAPTIONED = {
    "": ("QwenVL HTML with image caption", "QwenVL HTML with image caption"),
    "en": (
        "Parse this page into QwenVL HTML and describe the illustrations.",
        "QwenVL HTML, with a caption for each image.",
    ),
    "zh": ("将此页面解析为 QwenVL HTML，并描述插图。",),
}
_TEXT = {
    "": (
        "Read all the text in the image.",
        "Please output only the text content from the image without any additional descriptions "
        "or formatting.",
    ),
    "en": (
        "Transcribe the page.",
        "What does this page say? Give the whole text in reading order.",
    ),
    "zh": ("请识别出图中所有的文字。", "请仅输出图像中的文本内容，不要添加任何描述或格式。"),
    "fr": ("Lis tout le texte de l'image.",),
    "de": ("Lies den gesamten Text im Bild.",),
    "it": ("Leggi tutto il testo nell'immagine.",),
    "es": ("Lee todo el texto de la imagen.",),
    "pt": ("Leia todo o texto da imagem.",),
    "ru": ("Прочитай весь текст на изображении.",),
    "ja": ("画像内のすべてのテキストを読み取ってください。",),
    "ko": ("이미지의 모든 텍스트를 읽어 주세요.",),
    "vi": ("Đọc toàn bộ chữ trong ảnh.",),
}
_MARKDOWN = {
    "": ("Convert the page to Markdown.",),
    "en": (
        "Write this document as Markdown.",
        "Extract the content of the page in Markdown format, with its headings and tables.",
    ),
    "zh": ("将页面内容转换为 Markdown。",),
    "de": ("Gib die Seite als Markdown aus.",),
    "fr": ("Convertis la page en Markdown.",),
}
_LOCATE = (
    "Locate every {} on the page and output the coordinates in JSON format.",
    "Outline the position of each {} and output all the coordinates in JSON format.",
    "Detect every {} in this document. Answer with bbox_2d and label as JSON.",
    "Where is each {}? Give the boxes as JSON.",
    "Find all instances of: {}. Output the bbox coordinates in JSON format.",
)
_PASSAGE = (
    "Where does the text that begins with “{}” stand? Output its bbox in JSON format.",
    "Locate the passage beginning with “{}” and output the coordinates in JSON format.",
    "Find the box of: “{}…”",
)
_EQUATION = (
    "Write the formulas of the page in LaTeX, one a line.",
    "Transcribe every formula that stands by itself as LaTeX.",
    "Convert the equations to LaTeX.",
    "提取页面中的公式，用 LaTeX 表示。",
)
_MUSIC = (
    "Write the music in ABC notation.",
    "Transcribe the sheet music as ABC.",
    "将乐谱转换为 ABC 记谱法。",
)
_SMILES = (
    "Give the SMILES of every molecule on the page, one a line.",
    "What molecules are drawn here? Answer in SMILES.",
    "Convert the structural formulas to SMILES.",
    "写出图中分子的 SMILES。",
)
_HEADINGS = (
    "List the headings of the page, one a line.",
    "What are the section titles on this page?",
    "Give the outline of this page.",
    "列出页面上的所有标题。",
)
_CAPTION = ("What do the captions say?", "Read the captions of the figures, one a line.")
_ASKED = {
    "page": _PAGE,
    "captioned": _CAPTIONED,
    "text": _TEXT,
    "markdown": _MARKDOWN,
}
_LISTED = {
    "locate": _LOCATE,
    "passage": _PASSAGE,
    "formulas": _EQUATION,
    "music": _MUSIC,
    "molecules": _SMILES,
    "headings": _HEADINGS,
    "captions": _CAPTION,
}


def asked(rng: Rng, what: str, language: str, *words: str) -> str:
    """A wording, released or in English or in the document's language."""
    if what in _LISTED:
        return pick(rng, _LISTED[what]).format(*words)
    table = _ASKED[what]
    return pick(rng, (*table[""], *table["en"], *table.get(language, ())))
