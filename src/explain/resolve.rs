use crate::project::key_tree::{Node, Repeats};
use crate::project::suggest::closest;
use crate::schema::KeyForm;

use super::entry::Entry;
use super::guide::Guide;

/// Why no key is meant by what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFound {
    /// No key has this path. There may be one that is almost the same, and a table that has what leads there.
    Unknown { near: Option<String>, table: Option<String> },
    /// Several keys end like this.
    Several(Vec<String>),
}

impl Guide {
    /// The key of a path as a person types it: with the names of agents and servers, with `<id>` in their place, or without
    /// them; whole, or only its end where no other key ends like it.
    pub fn find(&self, path: &str) -> Result<Entry<'_>, NotFound> {
        let unknown = |near, table| Err(NotFound::Unknown { near, table });
        if let Some(file) = self.tops().find(|top| top.path() == path) {
            return Ok(file);
        }
        let Some(steps) = steps(path) else { return unknown(None, None) };
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        let Some((first, rest)) = steps.split_first() else { return unknown(None, None) };
        if let Some(top) = self.tops().find(|top| top.node.name() == *first) {
            return top.lead(rest).map_err(|(near, table)| NotFound::Unknown { near, table: Some(table) });
        }
        let all: Vec<Entry<'_>> = self.tops().flat_map(Entry::every).collect();
        let starts = all.iter().filter(|entry| entry.node.name() == *first);
        let mut found: Vec<Entry<'_>> = starts.filter_map(|start| start.lead(rest).ok()).collect();
        match found.pop() {
            Some(only) if found.is_empty() => Ok(only),
            Some(last) => Err(NotFound::Several(found.iter().chain([&last]).map(Entry::short_path).collect())),
            None => unknown(self.near_top(first, rest).or_else(|| near_end(&all, steps.last()?)), None),
        }
    }

    /// What is meant where the first step is almost the name of what stands at the top.
    fn near_top(&self, first: &str, rest: &[&str]) -> Option<String> {
        let name = closest(first, self.tops().map(|top| top.node.name()))?;
        let top = self.tops().find(|top| top.node.name() == name)?;
        match top.lead(rest) {
            Ok(found) => Some(found.short_path()),
            Err((near, _)) => near,
        }
    }
}

/// What is meant where the last step is almost the name of a key: its path if only one has the name, else the name.
fn near_end(all: &[Entry<'_>], last: &str) -> Option<String> {
    let name = closest(last, all.iter().map(|entry| entry.node.name()))?;
    let mut named = all.iter().filter(|entry| entry.node.name() == name);
    let first = named.next()?;
    Some(if named.next().is_none() { first.short_path() } else { name.to_owned() })
}

/// What was probably meant, and the table in which it was looked for.
type Near = (Option<String>, String);

impl Entry<'_> {
    /// The key and all below it that have names, old spellings apart.
    fn every(self) -> Vec<Self> {
        let is_told = |node: &&Node| !node.key.is_old && node.repeats != Repeats::Yes;
        let below = self
            .node
            .members
            .iter()
            .filter(|_| self.node.repeats == Repeats::No)
            .filter(is_told)
            .flat_map(|node| self.step(node).every());
        let mut every: Vec<Self> = below.collect();
        if !self.node.name().starts_with(['[', '<']) {
            every.insert(0, self);
        }
        every
    }

    /// Follows steps as they are typed.
    fn lead(&self, steps: &[&str]) -> Result<Self, Near> {
        let Some((step, rest)) = steps.split_first() else { return Ok(self.clone()) };
        let entry = || self.node.members.first().map(|entry| self.step(entry));
        match self.node.key.form {
            KeyForm::List { .. } => match entry() {
                Some(element) if *step == "[]" => element.lead(rest),
                Some(element) => element.lead(steps),
                None => Err(self.near(step, rest)),
            },
            KeyForm::Map { .. } => match entry() {
                Some(entry) if step.starts_with('<') => entry.lead(rest),
                Some(entry) => self.lead_into_map(&entry, steps),
                None => Err(self.near(step, rest)),
            },
            _ => match self.node.member(step) {
                Some(member) => self.step(member).lead(rest),
                None => Err(self.near(step, rest)),
            },
        }
    }

    /// A step into free names: one that is known, a member of what each of them is, or a name that somebody chose.
    fn lead_into_map(&self, entry: &Self, steps: &[&str]) -> Result<Self, Near> {
        let Some((step, rest)) = steps.split_first() else { return Ok(self.clone()) };
        if let Some(known) = self.node.member(step) {
            return self.step(known).lead(rest);
        }
        let known = self.node.members.iter().skip(1).map(Node::name);
        if !entry.is_table() {
            // Where some names are known, one that is almost such a name is a slip.
            return match closest(step, known) {
                Some(_) => Err(self.near(step, rest)),
                None => entry.lead(rest),
            };
        }
        let without_name = entry.lead(steps);
        match without_name {
            Err(_) if !rest.is_empty() => entry.lead(rest).or(without_name),
            other => other,
        }
    }

    /// What is near a step that leads nowhere, with what follows it where that leads on.
    fn near(&self, step: &str, rest: &[&str]) -> Near {
        let names = self.node.members.iter().filter(|member| !member.key.is_old).map(Node::name);
        let near = closest(step, names.filter(|name| !name.starts_with(['<', '['])));
        let near = near.and_then(|name| self.node.member(name)).map(|member| self.step(member));
        let near = near.map(|near| near.lead(rest).unwrap_or(near).short_path());
        (near, self.short_path())
    }
}

/// The steps of a path; none where a quote is not closed. What stands in brackets is an element.
fn steps(path: &str) -> Option<Vec<String>> {
    let mut steps = vec![String::new()];
    let mut quote = None;
    let mut in_brackets = false;
    for character in path.chars() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '[') => in_brackets = true,
            (None, ']') => in_brackets = false,
            (None, '.') if !in_brackets => steps.push(String::new()),
            _ if in_brackets => {}
            _ => steps.last_mut()?.push(character),
        }
    }
    let is_whole = quote.is_none() && !in_brackets && steps.iter().all(|step| !step.is_empty());
    is_whole.then_some(steps)
}
