/// A diagram as mermaid text, one statement a line, each line ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagram {
    pub text: String,
    /// How many lines connect two of its boxes.
    pub edges: usize,
}

impl Diagram {
    /// How many edges mermaid draws unless it is configured otherwise (`maxEdges`).
    pub const MOST_EDGES: usize = 500;
    /// How many characters of text mermaid reads unless it is configured otherwise (`maxTextSize`).
    pub const MOST_CHARACTERS: usize = 50_000;

    /// Whether mermaid draws it without being configured.
    pub fn is_drawn_by_default(&self) -> bool {
        self.edges <= Self::MOST_EDGES && self.text.chars().count() <= Self::MOST_CHARACTERS
    }
}
