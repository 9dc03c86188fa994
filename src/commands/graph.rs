//! `lobu graph`: the project as Mermaid diagrams, offline.

use clap::Args;

use crate::desired::desired_state;
use crate::error::CommandError;
use crate::model::counted;
use crate::plan::{Only, Selection, Selector};
use crate::render::document::line;
use crate::render::markdown;
use crate::render::mermaid::{self, Diagram};

use super::options::{ProjectOptions, one_of};
use super::project::load;
use super::show::{has_effect, in_target};
use super::{Outcome, Session};

/// Print Mermaid diagrams of the project's agents and memory schema
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// Select resources as kind/id; * and ? match in the ID, agent/ID includes its settings and platforms
    #[arg(value_name = "SELECTOR", help_heading = "Arguments")]
    selectors: Vec<String>,
    /// Print one diagram without Markdown: of agents, or of the memory schema
    #[arg(long, value_name = "FAMILY", value_parser = one_of(&Only::ALL, Only::word), help_heading = "Graph")]
    only: Option<Only>,
    /// Draw the project as it is in this target
    #[arg(short, long, value_name = "NAME", help_heading = "Graph")]
    target: Option<String>,
    #[command(flatten)]
    project: ProjectOptions,
}

/// Reads the project and draws it. Nothing is sent, and no value is in a diagram.
pub fn run(session: &Session, args: &GraphArgs) -> Result<Outcome, CommandError> {
    let selectors = args.selectors.iter().map(|text| Selector::parse(text)).collect::<Result<_, _>>()?;
    let selection = Selection { only: args.only, selectors };
    let loaded = load(session, &args.project, args.only)?;
    let project = match args.target.as_deref() {
        Some(name) => in_target(&loaded.project, name)?,
        None => loaded.project,
    };
    let desired = desired_state(&project);
    has_effect(&selection, &[&desired])?;
    let selected = || desired.all().filter(|resource| selection.covers(resource.key.kind, &resource.key.id));
    let (agents, types) = (mermaid::agents(selected()), mermaid::types(selected(), |_| None));
    for (of, part, diagram) in [("agents", "agent/ID", &agents), ("memory schema", "relationship-type/ID", &types)] {
        note_size(session, of, part, diagram.as_ref());
    }
    let drawn: Vec<Diagram> = [agents, types].into_iter().flatten().collect();
    match (args.only, drawn.as_slice()) {
        (_, []) => session.say(line!("There is nothing to draw.")),
        (Some(_), [diagram]) => session.ui.product_diagram(diagram),
        (_, all) => session.ui.product_markdown(&markdown::diagrams(all)),
    }
    Ok(Outcome::Done)
}

/// Notes where a diagram is larger than what mermaid draws unless it is configured.
fn note_size(session: &Session, of: &str, part: &str, diagram: Option<&Diagram>) {
    let Some(large) = diagram.filter(|diagram| !diagram.is_drawn_by_default()) else { return };
    let edges = counted(large.edges, "connection");
    let note = format!("the diagram of the {of} has {edges}, more than Mermaid draws by default; for a part of it:");
    session.note_command(&note, &format!("lobu graph {part}"));
}
