"""Comments of Rust, Go, JavaScript and C++ are read as the pages that their tools make of them."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import files
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.site.mkdocs import MkDocs
from hyperrun.search.site.rules import Rules
from tests.search import repository

RUST = """\
//! Light, in a crate.
//!
//! # Getting started
//!
//! See [`Lamp`] and [the site](https://lamps.org).
#![doc = include_str!("more.md")]

use std::fmt;

/// A lamp that can be dimmed.
///
/// By default it is at 100 %.
/// Its light is [`Light`].
///
/// # Examples
///
/// ```
/// let lamp = Lamp::new();
/// # drop(lamp);
/// ```
///
/// [`Light`]: crate::light::Light
#[derive(Debug)]
pub struct Lamp<T> {
    level: T,
}

impl<T> Lamp<T> {
    /// Dims it.
    ///
    /// A level above 9
    /// is taken for 9.
    pub fn dim(&mut self, level: u8) -> u8 {
        level
    }

    /// Turns
    /// it
    /// off.
    fn off(&mut self) {}

    /// Is it on?
    pub fn is_on(&self) -> bool {
        true
    }
}
"""
GO = """\
// Copyright of somebody.

/*
Package lamp makes light.

# Levels

A level is *one* of nine:

	lamp.Dim(9)
*/
package lamp

// Dim sets the level of a [Lamp]:
//   - none is 0
//   - most is 9
//
// See https://lamps.org for more_of it.
func (l *Lamp) Dim(level int) error {
	return nil
}

// off turns
// it
// off.
func off() {}

// On turns it on.
func On() {}
"""
JAVASCRIPT = """\
/*!
 * Copyright of somebody.
 */

/**
 * Dim the lamp.
 *
 * See {@link Lamp} for more.
 *
 *   lamp.dim(9)
 *
 * @param {number} [level=5] - how bright
 * @param {Lamp|null} lamp
 * @return {Lamp} for chaining
 * @public
 */

lamp.dim = lamp.fade = function dim(level, lamp) {
  return lamp
}

/**
 * Turns it off,
 * and waits
 * for dark.
 * @private
 */
exports.off = function () {}

/**
 * Turns it on.
 *
 * Waits for light.
 *
 * @internalonly
 * @example
 * on()
 * @throws {Dark}
 */
export async function on() {}

/**
 * Says
 * nothing
 * to others.
 */
function hum() {}
"""
HEADER = """\
/// \\file
/// Of lamps,
/// all of them.

#include <string>

/**
 * \\brief A lamp that can be dimmed.
 *
 * By default it is at 100 %.
 *
 * \\code{.cpp}
 * Lamp lamp;
 * \\endcode
 */
class LAMPS_EXPORT Lamp : public Light {
public:
    /// Dims it.
    ///
    /// \\param level how far, \\c 0 to 9
    /// \\throws Dark if it is broken
    [[nodiscard]] bool dim(
        std::map<int, int> level) const noexcept;

    int level; ///< how far
};

/*! Turns all off,
 *  and waits
 *  for dark.
 */
#define ALL_OFF(lamps) off(lamps)
"""


def sections(tmp_path: Path, name: str, text: str, rules: Rules | None = None) -> list[Chunk]:
    repository.write(tmp_path, name, text)
    found = files.read(tmp_path, PurePosixPath(name), rules or Rules())
    return [each for each in found if each.kind == "section"]


def test_the_comments_of_a_crate_are_its_pages(tmp_path: Path) -> None:
    repository.write(tmp_path, "lamps-rs/Cargo.toml", '[package]\nname = "lamps-core"\n')
    found = sections(tmp_path, "lamps-rs/src/light/lib.rs", RUST)
    assert [(each.title, each.start_line, each.end_line, each.content) for each in found] == [
        ("lamps_core::light", 1, 1, "# lamps_core::light\n\nLight, in a crate."),
        (
            "lamps_core::light > Getting started", 3, 5,
            "## Getting started\n\nSee `Lamp` and [the site](https://lamps.org).",
        ),
        (
            "Lamp", 10, 13,
            "# Lamp\n\nA lamp that can be dimmed.\n\n"
            "By default it is at 100 %. Its light is `Light`.",
        ),
        ("Lamp > Examples", 15, 20, "## Examples\n\n```rust\nlet lamp = Lamp::new();\n```"),
        (
            "Lamp::dim", 29, 32,
            "# Lamp::dim\n\n```rust\npub fn dim(&mut self, level: u8) -> u8\n```\n\nDims it.\n\n"
            "A level above 9 is taken for 9.",
        ),
    ]  # fmt: skip


def test_the_comments_of_a_package_are_its_pages(tmp_path: Path) -> None:
    found = sections(tmp_path, "lamp.go", GO)
    assert [(each.title, each.start_line, each.end_line, each.content) for each in found] == [
        ("package lamp", 3, 4, "# package lamp\n\nPackage lamp makes light."),
        (
            "package lamp > Levels", 6, 10,
            "## Levels\n\nA level is \\*one\\* of nine:\n\n```go\nlamp.Dim(9)\n```",
        ),
        (
            "Lamp.Dim", 14, 18,
            "# Lamp.Dim\n\n```go\nfunc (l *Lamp) Dim(level int) error\n```\n\n"
            "Dim sets the level of a `Lamp`:\n\n- none is 0\n- most is 9\n\n"
            "See https://lamps.org for more_of it.",
        ),
    ]  # fmt: skip


def test_the_JSDoc_of_a_package_is_its_reference(tmp_path: Path) -> None:
    repository.write(tmp_path, "package.json", '{"name": "lamps"}')
    found = sections(tmp_path, "lib/lamp.js", JAVASCRIPT)
    assert [(each.title, each.start_line, each.end_line, each.content) for each in found] == [
        (
            "lamp.dim", 5, 15,
            "# lamp.dim\n\n```js\nlamp.dim(level, lamp)\n```\n\nDim the lamp.\n\n"
            "See `Lamp` for more.\n\n```js\nlamp.dim(9)\n```\n\n"
            "- `level` (`number`): how bright (default: `5`)\n"
            "- `lamp` (`Lamp|null`)\n- Returns: `Lamp` for chaining",
        ),
        (
            "on", 30, 38,
            "# on\n\n```js\nexport async function on()\n```\n\nTurns it on.\n\nWaits for light."
            "\n\n```js\non()\n```\n\n- Throws: `Dark`",
        ),
    ]  # fmt: skip


LINKED = (
    "/**\n * Dims.\n *\n * Slowly.\n *\n * @see {@link https://x.org the guide}\n */\n"
    "export function dim() {}\n"
)


def test_what_is_internal_to_a_package_is_no_reference_and_a_link_no_type(tmp_path: Path) -> None:
    repository.write(tmp_path, "package.json", '{"name": "lamps"}')
    (found,) = sections(tmp_path, "lib/lamp.js", LINKED)
    assert found.content.endswith("- See: the guide")
    assert sections(tmp_path, "lib/internal/lamp.js", LINKED) == []


@pytest.mark.parametrize(("pages", "is_reference"), [(9, True), (10, False)])
def test_a_package_that_pages_document_has_its_reference_there(
    tmp_path: Path, pages: int, is_reference: bool
) -> None:
    repository.write(tmp_path, "package.json", '{"name": "lamps"}')
    for n in range(pages):
        repository.write(tmp_path, f"documentation/{n}/page.md", "Words.")
    assert bool(sections(tmp_path, "lib/lamp.js", LINKED)) is is_reference


def test_the_headers_of_a_library_are_its_reference(tmp_path: Path) -> None:
    found = sections(tmp_path, "include/lamps/lamp.hpp", HEADER)
    assert [(each.title, each.start_line, each.content) for each in found] == [
        (
            "Lamp", 7,
            "# Lamp\n\nA lamp that can be dimmed.\n\nBy default it is at 100 %.\n\n"
            "```cpp\nLamp lamp;\n```",
        ),
        (
            "Lamp::dim", 18,
            "# Lamp::dim\n\n```cpp\n[[nodiscard]] bool dim(\n"
            "    std::map<int, int> level) const noexcept\n```\n\nDims it.\n\n"
            "- `level`: how far, `0` to 9\n- Throws: Dark if it is broken",
        ),
        (
            "ALL_OFF", 28,
            "# ALL_OFF\n\n```cpp\nALL_OFF(lamps)\n```\n\nTurns all off, and waits for dark.",
        ),
    ]  # fmt: skip
    assert sections(tmp_path, "src/lamp.hpp", HEADER) == []


def test_functions_put_in_their_place_are_definitions(tmp_path: Path) -> None:
    text = (
        "exports.off = function () {}\nLamp.prototype.dim = () => 1\na[b] = function () {}\nx = 1\n"
    )
    repository.write(tmp_path, "lamp.js", text)
    found = files.read(tmp_path, PurePosixPath("lamp.js"))
    assert [each.title for each in found if each.kind == "function"] == ["off", "Lamp.dim"]


def test_definitions_stay_code(tmp_path: Path) -> None:
    repository.write(tmp_path, "lamp.go", GO)
    found = files.read(tmp_path, PurePosixPath("lamp.go"))
    assert [each.title for each in found if each.kind != "section"] == ["Dim", "off", "On"]


@pytest.mark.parametrize(
    ("name", "manifest", "text"),
    [
        ("src/lamp.rs", ("src/main.rs", "fn main() {}"), RUST),
        ("crates/lamp/src/lib.rs", ("Cargo.toml", '[[bin]]\nname = "lamp"'), RUST),
        ("crates/lamp/src/dim.rs", ("crates/lamp/src/main.rs", "fn main() {}"), RUST),
        ("lamp.go", ("main.go", "package main"), GO),
        ("lamp.go", ("cmd/lamp/main.go", "package main"), GO),
        ("lib/lamp.js", ("package.json", '{"name": "lamps", "private": true}'), JAVASCRIPT),
    ],
)
def test_of_a_program_the_comments_are_for_its_makers(
    tmp_path: Path, name: str, manifest: tuple[str, str], text: str
) -> None:
    repository.write(tmp_path, *manifest)
    assert sections(tmp_path, name, text) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("internal/lamp.go", GO),
        ("lamp_test.go", GO),
        ("made.go", f"// Code generated by lamps. DO NOT EDIT.\n\n{GO}"),
        ("tests/lamp.rs", RUST),
        ("dist/lamp.js", JAVASCRIPT),
    ],
)
def test_what_others_cannot_use_is_no_reference(tmp_path: Path, name: str, text: str) -> None:
    repository.write(tmp_path, "package.json", '{"name": "lamps"}')
    assert sections(tmp_path, name, text) == []


def test_where_there_is_a_site_that_is_the_documentation(tmp_path: Path) -> None:
    rules = Rules(sites=((MkDocs(("docs",)), ""),))
    assert sections(tmp_path, "lamp.go", GO, rules) == []
