import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pytest
from factories import make_edition, make_empty_figures, make_figures
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from report_service.domain.content import Edition
from report_service.domain.report import Format, Period
from report_service.rendering.fonts import FontsMissing, Typeface, find_typeface
from report_service.rendering.renderer import FileRenderer
from report_service.rendering.word_fonts import obfuscate

DAY = Period(date(2024, 3, 5), date(2024, 3, 6))
YEARS = Period(date(2022, 1, 1), date(2024, 1, 1))


@pytest.fixture(scope="session")
def renderer(typeface: Typeface) -> FileRenderer:
    return FileRenderer(typeface)


def pdf_of(renderer: FileRenderer, edition: Edition) -> PdfReader:
    return PdfReader(io.BytesIO(renderer.render(edition, Format.PDF)))


def text_of(reader: PdfReader) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))


def test_a_pdf_embeds_every_font_that_it_uses(renderer: FileRenderer) -> None:
    reader = pdf_of(renderer, make_edition())

    descriptors = []
    for page in reader.pages:
        for reference in page["/Resources"]["/Font"].values():
            font = reference.get_object()
            assert re.match(r"/[A-Z]{6}\+NotoSansSC", font["/BaseFont"])
            descriptors.append(font["/FontDescriptor"])
    assert descriptors
    assert all("/FontFile2" in descriptor for descriptor in descriptors)


def test_the_text_of_a_pdf_can_be_searched_charts_included(renderer: FileRenderer) -> None:
    reader = pdf_of(renderer, make_edition())
    text = text_of(reader)

    for words in ("¥8,642.35", "▲8.2%", "消费报告2024-03-01～2024-03-31", "第1页，共4页"):
        assert words in text
    for words in ("金额（元）", "¥1,755", "买菜日用", "80%区间", "退款后的净额", "JPY12笔"):
        assert words in text
    assert len(reader.pages) == 4
    assert reader.metadata is not None
    assert reader.metadata.title == "消费报告 2024-03-01 ～ 2024-03-31"
    assert [entry.title for entry in reader.outline] == [
        "趋势", "分类占比", "商户", "大额支出", "预测", "统计口径",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("edition", "words"),
    [
        (make_edition(make_empty_figures()), "这段时间没有支出"),
        (make_edition(make_figures(DAY)), "深色为统计区间"),
        (make_edition(make_figures(YEARS, scale=1e6)), "金额（亿元）"),
        (make_edition(locale="en"), "Page1of4"),
        (make_edition(title="长标题" * 40), "长标题"),
        (make_edition(title="<b>&amp; 5 $ 6 $</b>"), "<b>&amp;5$6$</b>"),
    ],
    ids=["empty", "one day", "huge", "english", "long title", "markup"],
)
@pytest.mark.parametrize("kind", [Format.PDF, Format.DOCX])
def test_every_kind_of_period_can_be_printed(
    renderer: FileRenderer, edition: Edition, words: str, kind: Format
) -> None:
    content = renderer.render(edition, kind)

    if kind is Format.PDF:
        assert words in text_of(PdfReader(io.BytesIO(content)))
    else:
        assert edition.title in [p.text for p in docx.Document(io.BytesIO(content)).paragraphs]


@pytest.mark.parametrize("kind", list(Format))
def test_the_same_figures_give_the_same_bytes(renderer: FileRenderer, kind: Format) -> None:
    edition = make_edition()

    assert renderer.render(edition, kind) == renderer.render(edition, kind)


def test_a_word_file_holds_the_charts_with_descriptions(renderer: FileRenderer) -> None:
    document = docx.Document(io.BytesIO(renderer.render(make_edition(), Format.DOCX)))

    shapes = document.inline_shapes
    assert len(shapes) == 4
    descriptions = [shape._inline.docPr.get("descr") for shape in shapes]
    assert descriptions[0] == "支出趋势图，最高 ¥1,755.00。"
    assert document.core_properties.created.isoformat() == "2024-04-02T01:30:00+00:00"
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "1,382.78" in cells


def test_a_word_file_brings_its_fonts(renderer: FileRenderer) -> None:
    content = renderer.render(make_edition(), Format.DOCX)

    archive = zipfile.ZipFile(io.BytesIO(content))
    table = archive.read("word/fontTable.xml").decode()
    keys = re.findall(r'<w:embed(?:Regular|Bold) r:id="\w+" w:fontKey="\{([0-9A-F-]+)\}"', table)
    assert len(keys) == 2
    assert b"relationships/font" in archive.read("word/_rels/fontTable.xml.rels")
    assert b"embedTrueTypeFonts" in archive.read("word/settings.xml")
    assert b"obfuscatedFont" in archive.read("[Content_Types].xml")
    for number, key in enumerate(keys, start=1):
        font = TTFont(io.BytesIO(opened(archive.read(f"word/fonts/font{number}.odttf"), key)))
        assert str(font["name"].getDebugName(1)).startswith("Noto Sans SC")
        assert {ord(character) for character in "餐饮合计▲¥0"} <= font.getBestCmap().keys()


def opened(content: bytes, key: str) -> bytes:
    """Written from the other side: as Word reads it, two hexadecimal digits at a time."""
    digits = key.replace("-", "")
    mask = [int(digits[position : position + 2], 16) for position in range(30, -2, -2)]
    head = bytes(byte ^ mask[index % 16] for index, byte in enumerate(content[:32]))
    return head + content[32:]


def test_a_hidden_font_opens_with_its_key() -> None:
    font = bytes(range(200))

    hidden = obfuscate(font)

    assert hidden.content[:32] != font[:32]
    assert opened(hidden.content, hidden.key.strip("{}")) == font


def test_what_the_typeface_cannot_draw_is_left_out(
    renderer: FileRenderer, typeface: Typeface
) -> None:
    assert typeface.printable("🍜 兰州拉面") == " 兰州拉面"
    assert typeface.printable("🍜") == "·"
    text = text_of(pdf_of(renderer, make_edition()))
    assert "兰州拉面" in text


def test_fonts_are_found_flat_or_in_the_packages_folders(
    typeface: Typeface, tmp_path: Path
) -> None:
    flat, nested = tmp_path / "flat", tmp_path / "nested"
    for path in (typeface.regular, typeface.bold):
        weight = path.stem.partition("_")[2]
        for place in (flat / path.name, nested / weight / path.name):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(path)

    assert find_typeface(flat).bold == flat / typeface.bold.name
    assert find_typeface(nested).bold == nested / "700Bold" / typeface.bold.name


def test_missing_fonts_are_told_with_the_way_to_get_them(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with pytest.raises(FontsMissing, match=r"npm ci in frontend/"):
        find_typeface(tmp_path_factory.mktemp("empty"))


def test_an_unfinished_card_is_told(renderer: FileRenderer) -> None:
    figures = make_figures()
    assert figures.forecast is not None
    untested = replace(figures, forecast=replace(figures.forecast, card=None))

    assert "暂时无法检验预测误差" in text_of(pdf_of(renderer, make_edition(untested)))
