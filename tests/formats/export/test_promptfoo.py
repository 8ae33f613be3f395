"""That a grader run by promptfoo sees the text that raters saw: by the renderer of promptfoo, where it is installed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.formats.export.promptfoo import literal

# What promptfoo does: every variable is rendered, then the prompt with what became of them.
RENDER = """
const nunjucks = require('nunjucks')
const env = nunjucks.configure({ autoescape: false })
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const rendered = texts.map((text) => {
  const task = env.renderString(text, { task: 'WRONG', user: 'WRONG', env: { HOME: 'WRONG' } })
  return env.renderString('{{task}}', { task })
})
process.stdout.write(JSON.stringify(rendered))
"""
HOSTILE = [
    "{{ 6 * 7 }}",
    "{{task}} and {{ env.HOME }}",
    "{# nothing #} {#1, #2}",
    "{% raw %}{{ user }}{% endraw %}",
    "{%- raw -%} {{ user }} {%- endraw -%}",
    "{% endraw %}{{ user }}",
    "{{{{{ {%{%{% {#{#{#",
    "a lone { and {{ and }} and %} and #} and {#}#}",
    "{",
    "{% if user %}yes{% else %}no{% endif %}\r\n\n{% set x = 1 %}",
    "\\{{ user }} \\begin{center}{#1}\\end{center}",
    "{{ '{{' }} {{ \"}}\" }}\n",
]
# What promptfoo looks for by patterns of its own, whatever stands round it.
NAMES = [
    r"\{\{\s*(\w+)\s*\}\}",
    r"\{\{[\s]*([^{}\s|]+)[\s]*(?:\|[^}]+)?\}\}|\{%[\s]*(?:if|for)[\s]+([^{}\s]+)[\s]*.*?%\}",
    r"\{\{\s*env\.",
    r"\{#[\s\S]*?#\}",
]


@cache
def has_nunjucks() -> bool:
    node = shutil.which("node")
    if node is None:
        return False
    return subprocess.run([node, "-e", "require('nunjucks')"], capture_output=True, check=False).returncode == 0


def rendered(*texts: str) -> list[str]:
    if not has_nunjucks():
        pytest.skip("node and nunjucks are not here; NODE_PATH names the folder of nunjucks")
    done = subprocess.run(["node", "-e", RENDER], input=json.dumps(texts).encode(), capture_output=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


def test_what_looks_like_a_template_is_rendered_as_it_was_seen() -> None:
    assert rendered(*map(literal, HOSTILE)) == HOSTILE


@settings(max_examples=10)
@given(
    st.lists(
        st.lists(st.sampled_from(["{", "}", "%", "#", "-", " ", "raw", "endraw", "if", "task", "\n", '"'])), min_size=50
    )
)
def test_any_text_is_rendered_as_it_was_seen(parts: list[list[str]]) -> None:
    texts = ["".join(one) for one in parts]
    assert rendered(*map(literal, texts)) == texts


@given(st.text(alphabet="{}%#- \nrawenditask"))
def test_no_name_is_found_in_what_is_no_template_of_ours(text: str) -> None:
    template = literal(text)
    assert not any(re.search(pattern, template) for pattern in NAMES)
    live = template.replace("{% raw %}{{% endraw %}", "_").replace("{% raw %}#{% endraw %}", "_")
    assert re.search(r"\{[{%#]|#\}", live) is None


def test_text_without_tags_is_left_as_it_is() -> None:
    text = 'def f(x): return {"a": {x: 1}}  # {1}\n'
    assert literal(text) == text


@pytest.mark.parametrize("text", ["file://secret.txt", "File://x", "javascript: 1", "package:x"])
def test_a_value_is_never_the_name_of_something_to_load(text: str) -> None:
    assert literal(text).startswith("{% raw %}" + text[0])
    assert rendered(literal(text)) == [text]
