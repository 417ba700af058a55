"""That a thing is not there: an answer, and no failure.

In a list, absence is written as the empty list, `[]`; formats without a list write NONE. Models
also say it in words of their own ("There are no zebras in the image."), which is read as absence
where it stands instead of a list. All other prose is not.
"""

import re

NONE = "There are none in the image."
_FIRST = 2  # sentences in which a refusal comes, if it comes
_REFUSAL = re.compile(
    r"""\bthere\s+(?:is|are|was|were|seems?\s+to\s+be|appears?\s+to\s+be)\s+
            (?:no|none|nothing|not\s+an?y?)\b
    | \bthere\s+(?:is|are|was|were)n['’]t\s+an?y?\b
    | \b(?:no|none|nothing)\b[^.!?]{0,80}
            \b(?:found|visible|present|detected|seen|shown|in\s+(?:the|this)\s+(?:image|picture))\b
    | \b(?:can(?:not|\s+not|['’]t)|could(?:\s+not|n['’]t)|d(?:o|id)(?:\s+not|n['’]t)|unable\s+to)
            \s+(?:see|find|locate|detect|identify|spot)\b
    | \b(?:is|are)(?:\s+not|n['’]t)\s+(?:present|visible|found|shown|in\s+the\s+(?:image|picture))
    | \bdoes(?:\s+not|n['’]t)\s+(?:contain|show|have|include|appear)\b
    | ^\W*(?:none|nothing)\W*$
    | 没有|未(?:发现|找到|检测到|看到|见)|不存在|找不到|看不到|无法(?:找到|定位|检测到)""",
    re.IGNORECASE | re.VERBOSE,
)


def absent(said: str) -> bool:
    """Whether words say that what was asked for is not there; words with places never do."""
    if len(re.findall(r"\d+", said[:1000])) >= 4:
        return False
    sentences = [s for s in re.split(r"[.!?。！？\n]", said[:1000]) if s.strip()][:_FIRST]
    return any(_REFUSAL.search(sentence) for sentence in sentences)
