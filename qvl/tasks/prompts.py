"""What the released demonstrations ask in words, by what they show; "own" marks words of ours."""

# Values of a document: the released notebook on reading (report, section 6.1).
FORMAT = "Extract the key-value information in the format:{}"
KEYS_CHINESE = "提取图中的：{}，并且按照json格式输出。"
TICKET_CHINESE = (  # keys of the ticket there
    "发票代码",
    "发票号码",
    "到站",
    "燃油费",
    "票价",
    "乘车日期",
    "开车时间",
    "车次",
    "座号",
)
# A receipt: a case of the announcement (report, section 6.2); its list stands in square brackets.
RECEIPT = "Extract following information from the receipt：{}，output in JSON"
# Own: no released words say how a value is missing, or give a schema.
MISSING = "Write null for what the image does not show."
SCHEMA = "Extract the information in the image as JSON of this JSON schema:\n{}"
LOCATED = 'Give each single value as {"value": ..., "bbox_2d": [x1, y1, x2, y2]}, where it stands.'

# Tables and charts as data. Own: the released notebook asks for whole pages instead.
TABLE = "Read the table in the image and output it as a Markdown table."
CHART = "Read the data of the chart in the image and output it as a Markdown table."
# A table of a clip: a case of the announcement (report, section 6.2).
TITLES = "Watch the video and list the paper titles in a table."

# Names in two languages: the released notebook on recognition (report, section 6.1).
BIRD = "What kind of bird is this? Please give its name in Chinese and English."
BIRDS = "What kind of birds are these? Please give their names in Chinese and English."
ATTRACTIONS = "What are these attractions? Please give their names in Chinese and English."
CELEBRITIES = "Who are these people? Please give their names in Chinese and English."
# Own, in the same form: the announcement shows cars, foods and products, and not its words.
CARS = "What kind of cars are these? Please give their names in Chinese and English."
FOODS = "What foods are these? Please give their names in Chinese and English."
PRODUCTS = "What products are these? Please give their names in Chinese and English."
RECOGNITION_CHINESE = "图中的{}是什么？请用中文和英文给出名称。"

# Own, in the shape of the announcement's case (report, section 6.2): a role, the task, a verdict.
DELIVERY = (
    "You check delivery bills. Compare the address on the courier label with the house number in "
    "the pictures.\nWrite these sections in Markdown:\n## Label\n## House number\n## Comparison\n"
    "## Verdict\nUnder Verdict write match, mismatch or unclear, and nothing else."
)
