"""Numbers and money: one decimal point, no grouping, and help for whoever writes them as on paper."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Final

from msgspec import Struct
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import core_schema

from mkdocs_ecompm.model.fields import fault, kind_of, text_of
from mkdocs_ecompm.model.words import MAX_WORD

MAX_DIGITS: Final = 15

NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d+)?|\.\d+)", re.ASCII)
_GROUPED = re.compile(r"[+-]?[\d.,' \u00a0\u202f]*\d[.,' \u00a0\u202f][\d.,' \u00a0\u202f]*", re.ASCII)


def _suggest_number(text: str) -> str:
    digits = re.sub(r"[' \u00a0\u202f]", "", text)
    if digits.isdigit():
        return digits
    last = max(digits.rfind("."), digits.rfind(","))
    whole, fraction = re.sub(r"[.,]", "", digits[:last]), digits[last + 1 :]
    both = "." in digits and "," in digits
    grouping_only = not both and (len(fraction) == 3 or digits.count(".") > 1 or digits.count(",") > 1)
    return whole + fraction if grouping_only or not fraction else f"{whole}.{fraction}"


def _decimal(value: object, expected: str, *, money: bool = False) -> Decimal:
    text = text_of(value, expected).strip()
    if len(text) > MAX_WORD:
        raise fault("wrong-type", f"must be {expected}, got {kind_of(text)}")
    if not NUMBER.fullmatch(text):
        if _GROUPED.fullmatch(text) and re.search(r"[,' \u00a0\u202f]|\..*\.", text):
            raise fault(
                "ambiguous-number",
                f"{kind_of(text)} can be read in two ways",
                "(one decimal point, no grouping)",
                instead=_suggest_number(text),
            )
        raise fault("wrong-type", f"must be {expected}, got {kind_of(text)}")
    if len(re.sub(r"\D", "", text).lstrip("0")) > MAX_DIGITS:
        raise fault("wrong-type", f"must be {expected} of at most {MAX_DIGITS} digits, got {kind_of(text)}")
    if money and re.search(r"\.\d{3}$", text):
        raise fault(
            "ambiguous-number",
            f"{kind_of(text)} has three decimals: thousands or a fraction?",
            "for thousands; a fraction has two decimals",
            instead=text.replace(".", ""),
        )
    return Decimal(text)


def _money(value: object) -> Decimal:
    return _decimal(value, "an amount of money", money=True)


def _number(value: object) -> Decimal:
    return _decimal(value, "a number")


def _whole(value: object) -> int:
    if isinstance(value, str) and value.isdigit() and value.isascii() and len(value) <= MAX_DIGITS:
        return int(value)  # nearly all of them
    number = _decimal(value, "a whole number")
    if number != number.to_integral_value():
        raise fault("wrong-type", f"must be a whole number, got {kind_of(value)}")
    return int(number)


def _number_text(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


_AS_NUMBER = PlainSerializer(_number_text, when_used="json")
_NUMBER_SCHEMA = WithJsonSchema({"type": ["number", "string"], "pattern": f"^{NUMBER.pattern}$"})
Money = Annotated[Decimal, PlainValidator(_money), _AS_NUMBER, _NUMBER_SCHEMA]
Number = Annotated[Decimal, PlainValidator(_number), _AS_NUMBER, _NUMBER_SCHEMA]
Whole = Annotated[
    int, PlainValidator(_whole), WithJsonSchema({"type": ["integer", "string"], "pattern": r"^[+-]?\d+(\.0+)?$"})
]


class Between(Struct, frozen=True):
    """The annotation after a number type: the value lies in [low, high]."""

    low: int
    high: int | None = None

    def __call__(self, value: Any) -> Any:
        """The value itself, or the fault that it is off the scale."""
        if value < self.low or (self.high is not None and value > self.high):
            wanted = f"{self.low} to {self.high}" if self.high is not None else f"{self.low} or more"
            raise fault("value-out-of-range", f"must be {wanted}, got {value}")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Check after the number was read."""
        return core_schema.no_info_after_validator_function(self, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The number's schema with its bounds."""
        bounds = {"minimum": self.low} if self.high is None else {"minimum": self.low, "maximum": self.high}
        return handler(schema) | bounds


def between(low: int, high: int | None = None) -> Between:
    """A validator after a number type: the value lies in [low, high]."""
    return Between(low, high)
