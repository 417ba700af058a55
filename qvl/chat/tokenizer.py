"""Text and token ids: a checkpoint's `tokenizer.json`, read by the `tokenizers` library."""

import codecs
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import tokenizers
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, trainers

from qvl.tokens import CONTROL, ENDOFTEXT, IM_END, SPECIAL

PATTERN = (  # Qwen2's: contractions, words with one leading sign, single digits, signs, blanks
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def _byte_names() -> dict[int, str]:
    """Byte-level BPE writes each byte as one printable character (GPT-2)."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in shown]
    return {b: chr(b) for b in shown} | {b: chr(256 + i) for i, b in enumerate(hidden)}


_NAMES = _byte_names()
_BYTES = {name: byte for byte, name in _NAMES.items()}


class Tokenizer:
    """Encodes what people write, which never becomes a control token; knows the special ids.

    `<tool_call>` and its like are words of the vocabulary, as in the published tokenizer.
    """

    def __init__(self, inner: tokenizers.Tokenizer) -> None:
        self.inner = inner
        inner.encode_special_tokens = True  # "<|im_end|>" typed by a user is plain signs
        inner.no_padding()
        inner.no_truncation()
        self.control = frozenset(i for n in CONTROL if (i := inner.token_to_id(n)) is not None)

    @classmethod
    def load(cls, folder: Path) -> "Tokenizer":
        """Of a checkpoint's folder; ValueError names what is missing or broken."""
        path = folder / "tokenizer.json"
        if not path.is_file():
            raise ValueError(f"{folder} has no tokenizer.json; a whole checkpoint folder is needed")
        try:
            return cls(tokenizers.Tokenizer.from_file(str(path)))
        except Exception as error:  # the library raises bare Exception
            raise ValueError(f"{path} is no tokenizer: {error}") from None

    def __len__(self) -> int:
        return self.inner.get_vocab_size()

    def id(self, name: str) -> int:
        """The id of a special token of this checkpoint."""
        found = self.inner.token_to_id(name)
        if found is None:
            raise ValueError(f"this tokenizer has no token {name!r}; it is not one of Qwen2.5-VL's")
        return found

    def encode(self, text: str) -> list[int]:
        return self._encoded(text).ids

    def placed(self, text: str) -> tuple[list[int], list[int]]:
        """Ids, and the place in `text` where each one starts."""
        encoded = self._encoded(text)
        return encoded.ids, [start for start, _ in encoded.offsets]

    def _encoded(self, text: str) -> tokenizers.Encoding:
        try:
            return self.inner.encode(text, add_special_tokens=False)
        except TypeError:  # what the library says of a lone surrogate
            raise ValueError(f"{text[:60]!r} holds half a character; give whole Unicode") from None

    def decode(self, ids: Sequence[int]) -> str:
        """Text without control tokens; `<tool_call>` and its like stay."""
        kept = [i for i in ids if i not in self.control]
        return self.inner.decode(kept, skip_special_tokens=False)

    def bytes_of(self, token: int) -> bytes:
        """What a token stands for in UTF-8, maybe a part of a character; nothing for control."""
        name = None if token in self.control else self.inner.id_to_token(token)
        if name is None:
            return b""
        try:
            return bytes(map(_BYTES.__getitem__, name))
        except KeyError:  # no byte-level name: a token that was added as it is
            return name.encode()


class Decoder:
    """Ids to text as they come, never half a character; one push costs the same at any length."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.utf8 = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, token: int) -> str:
        """The text that is certain after this token; empty while a character is incomplete."""
        return self.utf8.decode(self.tokenizer.bytes_of(token))

    def flush(self) -> str:
        """What is left of a character that never became whole, as the decoder writes it."""
        return self.utf8.decode(b"", final=True)


def _shell(model: models.BPE) -> tokenizers.Tokenizer:
    inner = tokenizers.Tokenizer(model)
    inner.normalizer = normalizers.NFC()
    inner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    inner.decoder = decoders.ByteLevel()
    return inner


def _add_special(inner: tokenizers.Tokenizer) -> None:
    inner.add_tokens(
        [AddedToken(name, normalized=False, special=name in CONTROL) for name in SPECIAL]
    )


def official(ranks: Mapping[bytes, int]) -> tokenizers.Tokenizer:
    """The published BPE from its ranks (`qwen.tiktoken`): bytes that merge, in order of rank."""

    def spell(token: bytes) -> str:
        return token.decode("latin-1").translate(_NAMES)

    merges = []
    for token, rank in sorted(ranks.items(), key=lambda item: item[1]):
        if len(token) > 1:
            left, right = _last_merge(token, rank, ranks)
            merges.append((spell(left), spell(right)))
    vocabulary = {spell(token): rank for token, rank in ranks.items()}
    inner = _shell(models.BPE(vocab=vocabulary, merges=merges))
    _add_special(inner)
    return inner


def _last_merge(token: bytes, rank: int, ranks: Mapping[bytes, int]) -> tuple[bytes, bytes]:
    """The two parts that lower ranks leave of a token, whose union is its own merge."""
    parts = [token[i : i + 1] for i in range(len(token))]
    unions = [ranks.get(a + b, rank) for a, b in pairwise(parts)]
    while len(parts) > 2:
        lowest = min(unions)
        if lowest >= rank:
            raise ValueError(f"token {token!r} of rank {rank} is no union of two lower ones")
        at = unions.index(lowest)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
        del unions[at]
        for i in (at - 1, at):
            if 0 <= i < len(unions):
                unions[i] = ranks.get(parts[i] + parts[i + 1], rank)
    return parts[0], parts[1]


def train_bpe(corpus: Iterable[str], size: int) -> tokenizers.Tokenizer:
    """A byte-level BPE of at most `size` tokens, the 22 special ones included, last, by name."""
    inner = _shell(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(corpus, trainer)
    _add_special(inner)
    return inner


def save(inner: tokenizers.Tokenizer, folder: Path, chat_template: str) -> None:
    """`tokenizer.json` and the files that other readers of the format want beside it."""
    inner.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "Qwen2Tokenizer",
        "model_max_length": 131072,
        "eos_token": IM_END,
        "pad_token": ENDOFTEXT,
        "bos_token": None,
        "unk_token": None,
        "add_prefix_space": False,
        "add_bos_token": False,
        "clean_up_tokenization_spaces": False,
        "split_special_tokens": False,
        "additional_special_tokens": list(CONTROL[1:]),
        "chat_template": chat_template,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (folder / "chat_template.jinja").write_text(chat_template)
