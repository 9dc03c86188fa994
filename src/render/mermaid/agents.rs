use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::model::{SecretName, Text};
use crate::schema::{Declaration, Owner, Resource, Shape};

use super::Diagram;
use super::label::label;

/// Draws agents with what belongs to them: platforms, tool servers, and the secrets that these and the providers of the agents
/// use, by name.
///
/// A secret is one box, whoever uses it. None where there is nothing to draw.
pub fn agents<'project>(resources: impl IntoIterator<Item = &'project Resource>) -> Option<Diagram> {
    let mut chart = Chart::default();
    for resource in resources {
        let Some(agent) = resource.key.agent() else { continue };
        let agent = chart.agent(agent);
        match resource.key.kind.owner {
            Owner::FirstPart => {
                let own = format!("{} {}", resource.key.kind.word, resource.key.own_id());
                let own = chart.part(&agent, "p", ["([", "])"], &own);
                resource.declared.iter().for_each(|(_, declared)| chart.secrets(&own, declared));
            }
            Owner::SameId => chart.own(&agent, resource),
            Owner::Org => {}
        }
    }
    (!chart.boxes.is_empty()).then(|| chart.diagram())
}

/// A flowchart while it is drawn. The ids of boxes are ours: a letter for what it is, and a number.
#[derive(Default)]
struct Chart<'project> {
    boxes: String,
    edges: Vec<String>,
    count: usize,
    agents: BTreeMap<&'project str, String>,
    secrets: BTreeMap<SecretName, String>,
    /// The edges to secrets that were drawn.
    drawn: BTreeSet<String>,
}

impl<'project> Chart<'project> {
    fn agent(&mut self, id: &'project str) -> String {
        if let Some(known) = self.agents.get(id) {
            return known.clone();
        }
        let new = self.add("a", ["[", "]"], &format!("agent {id}"));
        self.agents.insert(id, new.clone());
        new
    }

    /// Adds what an agent has besides resources of their own: entries of its config with secrets, and keys of providers.
    fn own(&mut self, agent: &str, resource: &Resource) {
        for (field, declared) in resource.declared.iter() {
            let Shape::Map(entries) = field.shape else { continue };
            let members = declared.members().into_iter().flatten().filter(|_| field.holds_secrets());
            for (id, entry) in members {
                let part = self.part(agent, "m", ["[[", "]]"], &format!("{} {id}", entries.noun));
                self.secrets(&part, entry);
            }
        }
        for (provider, name) in &resource.looked_up {
            self.secret(agent, name, Some(provider));
        }
    }

    fn part(&mut self, agent: &str, letter: &'static str, shape: [&'static str; 2], name: &str) -> String {
        let part = self.add(letter, shape, name);
        self.edges.push(format!("{agent} --> {part}"));
        part
    }

    /// Connects a box with the secrets that are referred to in what is declared of it.
    fn secrets(&mut self, from: &str, declared: &Declaration) {
        let mut names = BTreeSet::new();
        declared.each_text(&mut |text| {
            if let Text::SecretRef(name) = text {
                names.insert(name.clone());
            }
        });
        for name in &names {
            self.secret(from, name, None);
        }
    }

    fn secret(&mut self, from: &str, name: &SecretName, provider: Option<&str>) {
        let known = self.secrets.get(name).cloned();
        let secret = known.unwrap_or_else(|| {
            let new = self.add("s", ["{{", "}}"], &name.reference());
            self.secrets.insert(name.clone(), new.clone());
            new
        });
        let edge = match provider {
            Some(provider) => format!("{from} -.->|{}| {secret}", label(&format!("provider {provider}"))),
            None => format!("{from} -.-> {secret}"),
        };
        if self.drawn.insert(edge.clone()) {
            self.edges.push(edge);
        }
    }

    fn add(&mut self, letter: &'static str, [open, close]: [&'static str; 2], name: &str) -> String {
        let id = format!("{letter}{}", self.count);
        self.count += 1;
        // Writing to a string cannot fail.
        _ = writeln!(self.boxes, "    {id}{open}{}{close}", label(name));
        id
    }

    fn diagram(self) -> Diagram {
        let edges: String = self.edges.iter().flat_map(|edge| ["    ", edge, "\n"]).collect();
        Diagram { text: format!("flowchart LR\n{}{edges}", self.boxes), edges: self.edges.len() }
    }
}
