use crate::schema::{Effect, Field, Form, Key, KeyForm, Kind};

/// A key of a file with the keys below it.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is; the members that its form has are those below.
    pub key: Key,
    /// The field of a kind that it is; none for what the program reads by itself.
    pub field: Option<KeyField>,
    /// The members of a table, the element of a list, or of a map its entry and then the names that are known.
    pub members: Vec<Node>,
    pub repeats: Repeats,
}

/// Whether a key says again what another one says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    No,
    /// What is below it does, for a target.
    Below,
    /// It does.
    Yes,
}

/// The field of a kind that a key is.
#[derive(Debug, Clone)]
pub struct KeyField {
    pub kind: Kind,
    pub field: &'static Field,
    /// Where the org keeps it, from its kind on: `networkConfig.allowedDomains`.
    pub wire: String,
    /// Whether clearing it under `--yes` needs `--allow-clear`.
    pub is_guarded: bool,
}

static NOTHING: Node = Node { key: Key::of_field(""), field: None, members: Vec::new(), repeats: Repeats::No };

impl Node {
    /// A key with what its form has below it.
    pub(super) fn of(key: Key) -> Self {
        let members = match key.form {
            KeyForm::Table { members, .. } | KeyForm::TextOrTable(members) => members,
            KeyForm::Map { entry: Some(key), .. } | KeyForm::List { element: Some(key), .. } => {
                std::slice::from_ref(key)
            }
            _ => &[],
        };
        let members = members.iter().copied().map(Self::of).collect();
        Self { key, field: None, members, repeats: Repeats::No }
    }

    /// A table of these keys.
    pub(super) fn table(name: &'static str, members: &[Key], says: &'static str) -> Self {
        let members = members.iter().copied().map(Self::of).collect();
        Self { members, ..Self::of(Key::table(name, &[], says)) }
    }

    /// A field of a form.
    pub(super) fn of_field(of: KeyField, form: KeyForm) -> Self {
        let field = of.field;
        let required = field.required && !matches!(field.form, Form::Agent);
        let key = Key { required, default: field.default, ..Key::new("", form, field.says).example(field.example) };
        Self { field: Some(of), ..Self::of(key) }
    }

    /// The key as a file writes it.
    pub fn name(&self) -> &'static str {
        self.key.name
    }

    /// Whether it is read and checked, and nothing else.
    pub fn is_unused(&self) -> bool {
        self.key.effect == Effect::Unused || self.field.as_ref().is_some_and(|of| of.field.is_dropped)
    }

    /// The member of this name.
    pub fn member(&self, name: &str) -> Option<&Self> {
        self.members.iter().find(|member| member.name() == name)
    }

    pub(super) fn member_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.members.iter_mut().find(|member| member.name() == name)
    }

    /// What these steps lead to; nothing where they lead nowhere.
    pub fn at(&self, steps: &[&str]) -> &Self {
        steps.iter().try_fold(self, |node, step| node.member(step)).unwrap_or(&NOTHING)
    }

    /// Puts a field where these steps lead; tables on the way are made.
    pub(super) fn put(&mut self, steps: &[&'static str], node: Self) {
        let Some((step, rest)) = steps.split_first() else { return self.fill(node) };
        if self.member(step).is_none() {
            self.members.push(Self::of(Key::table(step, &[], "")));
        }
        if let Some(member) = self.member_mut(step) {
            member.put(rest, node);
        }
    }

    /// Takes what a field says of itself; what stands below a table that is there already stays, and what is required of it.
    fn fill(&mut self, node: Self) {
        let Self { key, field, members, .. } = node;
        let is_place = matches!(self.key.form, KeyForm::Open) || self.members.is_empty();
        let form = if is_place { key.form } else { self.key.form };
        if is_place {
            self.members = members;
        }
        let required = self.key.required || key.required;
        let says = if key.says.is_empty() { self.key.says } else { key.says };
        self.key = Key { form, required, says, name: self.key.name, ..key };
        self.field = field;
    }
}
