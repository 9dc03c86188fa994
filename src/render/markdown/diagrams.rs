use crate::render::mermaid::Diagram;

use super::text::Markdown;

/// Writes diagrams as blocks that GitHub and editors draw.
pub fn diagrams<'drawn>(diagrams: impl IntoIterator<Item = &'drawn Diagram>) -> Markdown {
    let fences = diagrams.into_iter().map(|diagram| Markdown::default().fence("mermaid", &diagram.text));
    fences.enumerate().fold(
        Markdown::default(),
        |page, (at, fence)| {
            if at == 0 { fence } else { page.source_after("\n").then(&fence) }
        },
    )
}
