//! Diagrams of a project as mermaid text: its agents as a flowchart, its types as an entity relationship diagram.

mod agents;
mod diagram;
mod label;
#[cfg(test)]
mod tests;
mod types;

pub use agents::agents;
pub use diagram::Diagram;
pub use types::{is_drawn, types};
