"""Replies that keep to a JSON schema: before each token, which ones may come (llguidance).

A grammar is made once for a tokenizer and a schema. Objects have their keys in the schema's order;
between values stands nothing, one blank, or a line break and up to 40 blanks. `format` is
enforced; a keyword that cannot be is an error and never passed over. A reply ends where nothing
can follow, for "stop"; one that `max_tokens` cuts is incomplete, and "length" says so.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from qvl.chat.tokenizer import Tokenizer
from qvl.engine.brakes import Brakes, Tables
from qvl.engine.sound import text_of
from qvl.tokens import SPECIAL

if TYPE_CHECKING:
    from llguidance import LLMatcher

BLANKS = r"[ ]|\n[ \t]{0,40}"  # between the parts of a value, as models indent them
STATES = 50_000  # of a lexer, about 2 kB each
SYMBOLS = 100_000  # of a grammar
GRAMMARS, VOCABULARIES = 16, 4  # that are kept for the next reply
SHOWN = 160  # characters of a reason


class Vocabulary:
    """A tokenizer as grammars see it: the bytes of each token, none of special ones."""

    def __init__(self, tokenizer: Tokenizer, ends: frozenset[int]) -> None:
        from llguidance import LLTokenizer

        known = map(tokenizer.inner.token_to_id, SPECIAL)
        special = {i for i in known if i is not None}
        size = max(len(tokenizer), *(end + 1 for end in ends))
        self.eos_token_id, self.bos_token_id = min(ends), None
        self.special_token_ids = sorted(special | ends)
        self.tokens = [b"" if i in special else tokenizer.bytes_of(i) for i in range(size)]
        self.tables = Tables(self.tokens)
        self.encode = tokenizer.encode
        self.is_tokenizer_wrapper = True  # what llguidance asks of an object in place of a name
        slices = LLTokenizer.json_slices()
        self.inner = LLTokenizer(self, eos_token=sorted(ends), slices=slices)  # type: ignore[arg-type]

    def __call__(self, text: str) -> list[int]:
        return self.encode(text)


class Rule:
    """The schema of one reply: what may come next, told each token as it comes."""

    def __init__(self, vocabulary: Vocabulary, matcher: "LLMatcher") -> None:
        self.vocabulary, self.matcher = vocabulary, matcher
        self.brakes = Brakes(vocabulary.tables)
        self.end = vocabulary.eos_token_id

    def allowed(self, size: int) -> Tensor:
        """bool[size] of the tokens that may come; rows beyond the tokenizer's never may."""
        bits = np.frombuffer(self.matcher.compute_bitmask(), np.uint8)
        self._check()
        mask = np.unpackbits(bits, bitorder="little").view(bool)[: len(self.vocabulary.tokens)]
        for banned in self.brakes.banned():
            better = mask & ~banned
            mask = better if better.any() else mask
        whole = torch.zeros(size, dtype=torch.bool)
        whole[: len(mask)] = torch.from_numpy(mask[:size])
        return whole

    def push(self, token: int) -> bool:
        """Go on with an allowed token; True when nothing but the end can follow."""
        self.matcher.consume_token(token)
        self._check()
        self.brakes.push(self.vocabulary.tokens[token])
        return self.matcher.is_stopped()

    def _check(self) -> None:
        if self.matcher.is_error():
            raise ValueError(
                f"the schema grew too large while it was followed: {_why(self.matcher)}"
            )


def constrain(schema: Any, tokenizer: Tokenizer, ends: Collection[int]) -> Rule:
    """The rule of a reply; ValueError in one sentence for a schema that cannot be kept to."""
    text, known = text_of(schema), frozenset(ends)
    return Rule(_vocabulary(tokenizer, known), _grammar(tokenizer, known, text).deep_copy())


@lru_cache(VOCABULARIES)
def _vocabulary(tokenizer: Tokenizer, ends: frozenset[int]) -> Vocabulary:
    return Vocabulary(tokenizer, ends)


@lru_cache(GRAMMARS)
def _grammar(tokenizer: Tokenizer, ends: frozenset[int], schema: str) -> "LLMatcher":
    from llguidance import LLMatcher, LLParserLimits

    limits = LLParserLimits(max_grammar_size=SYMBOLS, max_lexer_states=STATES, verbose_errors=False)
    strict: Any = {"whitespace_pattern": BLANKS, "lenient": False, "coerce_one_of": False}
    try:
        grammar = LLMatcher.grammar_from_json_schema(schema, overrides=strict)
    except ValueError as error:
        raise ValueError(f"the schema cannot be read: {error}") from None
    matcher = LLMatcher(_vocabulary(tokenizer, ends).inner, grammar, log_level=0, limits=limits)
    if not matcher.is_error():
        matcher.compute_bitmask()  # a schema that nothing satisfies shows here
    if matcher.is_error():
        raise ValueError(f"the schema cannot be kept to: {_why(matcher)}; change or leave that out")
    return matcher


def _why(matcher: "LLMatcher") -> str:
    told = " ".join(matcher.get_error().replace("<non-verbose/>", "").split())
    return "nothing satisfies it" if told == "NoExtensionBias" else told[:SHOWN]
