"""Names, addresses, companies and numbers that nobody has, by language."""

from qvl.data.synth.documents.look import Rng, pick

_FIRST = {
    "en": "Alice Benjamin Clara Daniel Emily Frank Grace Henry Isabel Jack Laura Martin Nora Oliver Paula Simon",
    "fr": "Amélie Bastien Camille Damien Élodie François Hélène Julien Louise Mathieu Noémie Océane Rémi Zoé",
    "de": "Anna Bernd Claudia Dieter Franziska Günter Heike Jürgen Katrin Lukas Monika Rüdiger Sören Ursula",
    "it": "Alessia Bruno Chiara Davide Elena Fabio Giulia Luca Marta Niccolò Paolo Rosa Stefano Valentina",
    "es": "Álvaro Beatriz Carlos Dolores Elena Fernando Inés Jorge Lucía María Nuria Óscar Raúl Sofía",
    "pt": "Ana Bruno Catarina Duarte Fernanda Gonçalo Inês João Luísa Miguel Paula Rui Sérgio Vitória",
    "ru": "Анна Борис Вера Григорий Дарья Евгений Ирина Константин Мария Николай Ольга Пётр Светлана",
    "vi": "An Bình Chi Dũng Giang Hà Hương Khánh Linh Minh Ngọc Phương Quân Thảo Tuấn Yến",
    "zh": "伟 芳 秀英 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 桂英 建国 志强 雪梅",
    "ja": "太郎 花子 健一 美咲 翔太 陽子 大輔 さくら 直樹 由美 誠 恵子 隆 真由美",
    "ko": "민준 서연 도윤 지우 하준 서윤 예준 수빈 지훈 은지 현우 유진 성민 미영",
}
_LAST = {
    "en": "Baker Carter Dawson Ellis Fletcher Grant Harper Irving Jennings Knight Lawson Mitchell Norris Palmer",
    "fr": "Bernard Chevalier Dubois Durand Fournier Girard Lefèvre Mercier Moreau Perrin Rousseau Vidal",
    "de": "Bauer Fischer Großmann Hoffmann Jäger Köhler Lehmann Müller Neumann Schäfer Vogel Weiß",
    "it": "Bianchi Colombo De Luca Esposito Ferrari Galli Lombardi Marino Ricci Rossi Russo Villa",
    "es": "Álvarez Castillo Domínguez Fernández García Hernández López Muñoz Núñez Ortega Ramírez Vázquez",
    "pt": "Almeida Barbosa Carvalho Costa Ferreira Gonçalves Lopes Mendes Oliveira Pereira Ribeiro Sousa",
    "ru": "Иванова Смирнов Кузнецов Попов Васильев Петров Соколов Морозов Новиков Лебедев",
    "vi": "Nguyễn Trần Lê Phạm Hoàng Phan Vũ Đặng Bùi Đỗ Hồ Ngô",
    "zh": "王 李 张 刘 陈 杨 黄 赵 周 吴 徐 孙 马 朱 胡 林 郭 何 高 罗",
    "ja": "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田",
    "ko": "김 이 박 최 정 강 조 윤 장 임 한 오",
}
_STREETS = {
    "en": "Mill Road|Church Lane|Station Street|Park Avenue|High Street|Garden Row|Bridge Road",
    "fr": "rue des Lilas|avenue de la Gare|rue du Moulin|place de l'Église|rue Victor Hugo",
    "de": "Bahnhofstraße|Lindenweg|Gartenstraße|Am Mühlbach|Schulstraße|Bergstraße",
    "it": "Via Roma|Via Garibaldi|Corso Italia|Viale dei Tigli|Piazza Dante",
    "es": "Calle Mayor|Avenida del Puerto|Calle de la Rosa|Plaza España|Calle Real",
    "pt": "Rua das Flores|Avenida da Liberdade|Rua Direita|Travessa do Sol|Rua do Porto",
    "ru": "ул. Ленина|ул. Садовая|пр. Мира|ул. Лесная|наб. Реки",
    "vi": "đường Lê Lợi|đường Nguyễn Huệ|phố Hàng Bông|đường Trần Phú|phố Huế",
    "zh": "人民路|中山路|解放路|建设路|长江路|新华街|和平路",
    "ja": "中央区本町|北区緑町|南区栄|西区旭丘|東区泉",
    "ko": "중앙로|역전길|한강대로|서문로|공원길",
}
_FIRMS = {
    "en": "{} Trading Ltd|{} & Sons|{} Supplies Inc.|{} Market|Café {}|{} Books",
    "fr": "Boulangerie {}|{} et Fils|Librairie {}|Ets {} SARL|Café {}",
    "de": "{} GmbH|Bäckerei {}|{} & Co. KG|Buchhandlung {}|Autohaus {}",
    "it": "{} S.r.l.|Panificio {}|Trattoria {}|Fratelli {}|Libreria {}",
    "es": "{} S.L.|Panadería {}|Librería {}|Hermanos {}|Café {}",
    "pt": "{} Lda.|Padaria {}|Livraria {}|Irmãos {}|Café {}",
    "ru": "ООО «{}»|Магазин «{}»|Пекарня «{}»|ИП {}|Кафе «{}»",
    "vi": "Công ty TNHH {}|Cửa hàng {}|Nhà sách {}|Quán {}|Siêu thị {}",
    "zh": "{}贸易有限公司|{}超市|{}书店|{}餐厅|{}科技有限公司",
    "ja": "株式会社{}|{}商店|{}書店|喫茶{}|{}電機",
    "ko": "{} 주식회사|{} 상회|{} 서점|카페 {}|{} 마트",
}
_EAST = ("zh", "ja", "ko")
_CODES = {"en": "GB", "fr": "FR", "de": "DE", "it": "IT", "es": "ES", "pt": "PT", "ru": "RU"}


def person(rng: Rng, language: str) -> str:
    """A first and a last name in the order of the language."""
    first, last = pick(rng, _FIRST[language].split()), pick(rng, _lasts(language))
    if language == "vi":
        return f"{last} {first}"
    return f"{last}{first}" if language in _EAST else f"{first} {last}"


def _lasts(language: str) -> list[str]:
    return _LAST[language].replace("De Luca", "De\u00a0Luca").split(" ")


def company(rng: Rng, language: str) -> str:
    word = pick(rng, _lasts(language)) if language not in _EAST else pick(rng, _FIRST[language].split())
    return pick(rng, _FIRMS[language].split("|")).format(word).replace("\u00a0", " ")


def street(rng: Rng, language: str) -> str:
    """A street and a house number as they are written there."""
    name, number = pick(rng, _STREETS[language].split("|")), int(rng.integers(1, 240))
    if language in ("en", "fr"):
        return f"{number} {name}"
    if language == "vi":
        return f"Số {number} {name}"
    if language in _EAST:
        return {"zh": f"{name}{number}号", "ja": f"{name}{number}番地", "ko": f"{name} {number}"}[language]
    return f"{name} {number}" if language in ("de",) else f"{name}, {number}"


def postcode(rng: Rng, language: str) -> str:
    digits = f"{int(rng.integers(10_000, 99_999))}"
    if language == "pt":
        return f"{digits[:4]}-{int(rng.integers(100, 999))}"
    if language == "ja":
        return f"{digits[:3]}-{int(rng.integers(1000, 9999))}"
    return f"{digits}{int(rng.integers(0, 9))}" if language in ("zh", "ru", "vi") else digits


def phone(rng: Rng) -> str:
    """Of the numbers that films may show, or of no length that anyone has."""
    shape = pick(rng, ("555-01{:02d}", "(555) 555-01{:02d}", "+00 555 01{:02d} 00", "0555 01{:02d}"))
    return shape.format(int(rng.integers(0, 100)))


def email(rng: Rng) -> str:
    user = pick(rng, "info office sales contact billing orders service hello team shop".split())
    site = pick(rng, ("example.com", "example.org", "example.net", "mail.example"))
    return f"{user}{pick(rng, ('', '', str(rng.integers(1, 99))))}@{site}"


def code(rng: Rng, shape: str) -> str:
    """Letters for A, digits for 0, all else as it stands."""
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    return "".join(
        pick(rng, letters) if c == "A" else str(rng.integers(0, 10)) if c == "0" else c for c in shape
    )


def tax_number(rng: Rng, language: str) -> str:
    return code(rng, f"{_CODES[language]}000000000" if language in _CODES else "00000000000A")


def account(rng: Rng, language: str) -> str:
    west = language in ("fr", "de", "it", "es", "pt", "en")
    return code(rng, f"{_CODES[language]}00 0000 0000 0000 0000" if west else "0000 0000 0000 0000")
