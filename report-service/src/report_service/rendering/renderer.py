"""From an edition to the bytes of its file."""

import io
import zipfile

from report_service.domain.content import Edition, build_document
from report_service.domain.document import Document
from report_service.domain.report import Format, safe_file_stem
from report_service.rendering.cleaning import cleaned
from report_service.rendering.fonts import Typeface
from report_service.rendering.pdf import render_pdf
from report_service.rendering.word import render_docx


class FileRenderer:
    """Implements ReportRenderer with one typeface."""

    def __init__(self, typeface: Typeface) -> None:
        self._typeface = typeface

    def render(self, edition: Edition, file_format: Format) -> bytes:
        """The file of an edition: a PDF, a Word file, or both of them in a zip."""
        document = cleaned(build_document(edition), self._typeface)
        if file_format is Format.PDF:
            return render_pdf(document, self._typeface)
        if file_format is Format.DOCX:
            return render_docx(document, self._typeface)
        return self._zip(document)

    def _zip(self, document: Document) -> bytes:
        stem = safe_file_stem(document.title)
        parts = {
            f"{stem}.pdf": render_pdf(document, self._typeface),
            f"{stem}.docx": render_docx(document, self._typeface),
        }
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            for name, content in parts.items():
                entry = zipfile.ZipInfo(name, document.created_at.timetuple()[:6])
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content)
        return stream.getvalue()
