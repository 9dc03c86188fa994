use super::entry::{Entry, ProjectFile};

/// How a file says something at a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// A file that could have it.
    pub file: String,
    pub lines: Vec<String>,
}

/// What a free name could be, by the key that has it.
pub(super) const NAMES: [(&str, &str); 11] = [
    ("agents", "triage"),
    ("config", "botToken"),
    ("env", "CHART_LICENSE"),
    ("event_kinds", "paid"),
    ("headers", "Authorization"),
    ("judges", "buyer"),
    ("mcp", "tracker"),
    ("mcpServers", "labels"),
    ("preview", "slack"),
    ("targets", "staging"),
    ("watchers", "late-parcels"),
];

/// What a free name of a key could be.
pub(super) fn name_of(map: &str) -> Option<&'static str> {
    NAMES.iter().find(|(of, _)| *of == map).map(|(_, name)| *name)
}

impl Entry<'_> {
    /// How a file says something there; none for tables.
    pub fn example(&self) -> Option<Example> {
        let value = self.key().example;
        if value.is_empty() {
            // A map is written as one of its values is.
            let entry = self.node.members.first().filter(|entry| entry.members.is_empty());
            return entry.and_then(|entry| self.step(entry).example());
        }
        let (file, lines) = match self.file {
            ProjectFile::LobuToml => ("lobu.toml".to_owned(), self.toml(value)),
            ProjectFile::AgentDirectory => {
                let name = self.steps.last().copied().unwrap_or_default();
                let file = match name.strip_prefix("skills/<name>/") {
                    Some(file) => format!("skills/labels/{file}"),
                    None => format!("agents/triage/{name}"),
                };
                (file, vec![value.to_owned()])
            }
            ProjectFile::Skill => {
                let mut lines = Self::yaml(self.steps.get(1..).unwrap_or_default(), value);
                lines.insert(0, "---".to_owned());
                lines.push("---".to_owned());
                ("skills/labels/SKILL.md".to_owned(), lines)
            }
            ProjectFile::Model => self.model(value),
        };
        Some(Example { file, lines })
    }

    /// The steps with names in the place of free ones.
    fn named<'s>(steps: &[&'s str]) -> Vec<&'s str> {
        let mut named: Vec<&str> = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let map = at.checked_sub(1).and_then(|before| steps.get(before)).copied().unwrap_or_default();
            named.push(if step.starts_with('<') { name_of(map).unwrap_or(step) } else { step });
        }
        named
    }

    /// The header of the innermost table or list of tables, and below it the key.
    fn toml(&self, value: &str) -> Vec<String> {
        let steps = Self::named(&self.steps);
        if let Some(list) = steps.iter().rposition(|step| *step == "[]") {
            let (before, inside) = steps.split_at(list);
            let header = format!("[[{}]]", before.join("."));
            return match inside.get(1..).unwrap_or_default() {
                [key] => vec![header, format!("{key} = {value}")],
                [table, key @ ..] => vec![header, format!("{table} = {{ {} = {value} }}", key.join("."))],
                [] => vec![header],
            };
        }
        match steps.split_last() {
            Some((key, [])) => vec![format!("{key} = {value}")],
            Some((key, table)) => vec![format!("[{}]", table.join(".")), format!("{key} = {value}")],
            None => Vec::new(),
        }
    }

    /// A key of block mappings, each below the one before.
    fn yaml(steps: &[&str], value: &str) -> Vec<String> {
        let steps = Self::named(steps);
        let mut lines: Vec<String> = Vec::new();
        let (mut indent, mut dash) = (String::new(), "");
        for (at, step) in steps.iter().enumerate() {
            if *step == "[]" {
                dash = "- ";
                continue;
            }
            let is_last = at + 1 == steps.len();
            let value = if is_last { format!(" {value}") } else { String::new() };
            lines.push(format!("{indent}{dash}{step}:{value}"));
            indent.push_str(if dash.is_empty() { "  " } else { "    " });
            dash = "";
        }
        lines
    }

    /// A document of one type.
    fn model(&self, value: &str) -> (String, Vec<String>) {
        let list = self.steps.first().copied().unwrap_or_default();
        let inside = self.steps.get(2..).unwrap_or_default();
        let word = self.top.at(&["[]", "type"]).key.example;
        let mut lines = Self::yaml(inside, value);
        if inside != ["type"] {
            lines.insert(0, format!("type: {word}"));
        }
        (format!("models/{list}.yaml"), lines)
    }
}
