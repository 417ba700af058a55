"""How people ask for things in a picture: released words first, then ours, in twelve languages."""

from qvl.tasks import boxlines, counting, grounding, points, pointtags

BOXES = (  # of one name in the singular
    grounding.PROMPT,
    grounding.OUTLINE,
    "Detect every {} and return its bounding box in JSON format.",
    "Where is each {}? Give bbox_2d and label for each one.",
    "Find all instances of {} in the picture. Output JSON with bbox_2d and label.",
    "Give me a box around each {}, as JSON.",
)
SEVERAL = (  # of names joined by commas
    "Locate these in the image: {}. Output the bbox coordinates in JSON format.",
    "Detect all of the following and report their bboxes in JSON format: {}.",
    "For each of these names give the boxes of what you see, in JSON: {}. Skip what is absent.",
)
ALL = (
    "Detect all objects in the image and return their locations in JSON format.",
    "What is in this picture, and where? Answer with a list of bbox_2d and label.",
)
LINES = (boxlines.PROMPT, "detect {}", "Find each {}, one per line.")
POINTS = (
    points.PROMPT,
    "Point to each {}. Output point_2d and label in JSON format.",
    'Mark every {} with a point: a JSON list of {{"point_2d": [x, y], "label": "..."}}.',
    "Click on every {}. Answer with point_2d in JSON.",
)
TAGS = (
    pointtags.PROMPT,
    "Point out all of these with XML <points x y>object</points>: {}",
    "Show where each {} is, using points in XML.",
)
COUNT_BOXES = (
    counting.BOXES,
    "How many {} are there? First list their boxes in JSON, then say the number.",
)
COUNT_POINTS = (
    counting.POINTS,
    "How many {} can you see? Point to each of them in JSON, then give the total.",
)
ONE = (  # of an expression
    "Locate the {} and output its bbox coordinates in JSON format.",
    "Which one is the {}? Give its bbox_2d in JSON.",
    "Give the bounding box of the {} in JSON format.",
    "Give the bounding box of the region that this sentence describes, in JSON: the {}.",
)
ONE_POINT = (
    "Point to the {}. Output point_2d and label in JSON.",
    "Where exactly is the {}? Answer with a point in JSON format.",
)
DESCRIBE = (
    grounding.DESCRIBE,
    "Describe each {} by itself: size, place, whether it is covered. JSON: bbox_2d and label.",
)
THERE = ("Is there any {} in the picture?", "Can you see a {} here?", "Does the image show a {}?")
YES, NO = "Yes, there is: {}.", "No, there is no {} in the image."
MANY = ("How many {} are in the picture? Answer with a number.", "Count the {}. Only the number.")

BY_LANGUAGE = {  # boxes and points by captions of that language
    "zh": ("请在图中框出每个“{}”，以JSON格式输出坐标。", "请用点标出图中的“{}”，以JSON格式输出。"),
    "fr": (
        "Localisez dans l'image : « {} ». Donnez les coordonnées en JSON.",
        "Pointez dans l'image : « {} ». Répondez en JSON.",
    ),
    "de": (
        "Finde im Bild: „{}“. Gib die Koordinaten als JSON aus.",
        "Zeige mit Punkten, wo das ist: „{}“. Antworte in JSON.",
    ),
    "it": (
        "Individua nell'immagine: «{}». Fornisci le coordinate in JSON.",
        "Indica con dei punti: «{}». Rispondi in JSON.",
    ),
    "es": (
        "Localiza en la imagen: «{}». Da las coordenadas en JSON.",
        "Señala con puntos en la imagen: «{}». Responde en JSON.",
    ),
    "pt": (
        "Localize na imagem: “{}”. Informe as coordenadas em JSON.",
        "Aponte na imagem: “{}”. Responda em JSON.",
    ),
    "ru": (
        "Найдите на изображении: «{}». Выведите координаты в формате JSON.",
        "Укажите точками на изображении: «{}». Ответ в формате JSON.",
    ),
    "ar": (
        "حدد في الصورة: «{}». أعط الإحداثيات بصيغة JSON.",
        "أشر بنقاط في الصورة إلى: «{}». أجب بصيغة JSON.",
    ),
    "ja": (
        "画像の中の「{}」をすべて見つけ、座標をJSON形式で出力してください。",
        "画像の中の「{}」を点で示し、JSON形式で答えてください。",
    ),
    "ko": (
        "이미지에서 '{}'을(를) 모두 찾아 좌표를 JSON 형식으로 출력하세요.",
        "이미지에서 '{}'을(를) 점으로 표시하고 JSON 형식으로 답하세요.",
    ),
    "vi": (
        "Tìm trong ảnh: “{}”. Đưa ra tọa độ ở dạng JSON.",
        "Chỉ bằng các điểm trong ảnh: “{}”. Trả lời ở dạng JSON.",
    ),
}
