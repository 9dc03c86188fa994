//! What a person or a machine reads, built by pure functions; `ui` turns it into bytes.

mod apart;
pub mod ci;
pub mod completions;
pub mod diagnostics;
pub mod doctor;
pub mod document;
pub mod drift;
pub mod explain;
mod fields;
mod fold;
mod hidden_values;
pub mod json;
pub mod markdown;
pub mod mermaid;
pub mod phrases;
pub mod plan;
pub mod prose_diff;
pub mod pull;
pub mod report;
pub mod secrets;
pub mod show;
pub mod text_safety;
pub mod value_text;
