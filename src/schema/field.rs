use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use crate::model::{Number, Value};

/// A field of a kind of resource, or a member of one: what every walk needs to know of it. It is identified by its row.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "a row of a table: each says one thing of a field")]
pub struct Field {
    /// Its name in the server's words, as plans and paths show it.
    pub name: &'static str,
    /// Its member in a request.
    pub sent_as: &'static str,
    /// Where an answer has it, from the outside in.
    pub read_from: &'static [&'static str],
    /// Where a file writes it; empty for what no file writes by itself.
    pub file: &'static str,
    /// What it holds, and how that is compared.
    pub shape: Shape,
    /// How a request says that nothing is there.
    pub clearing: Clearing,
    /// Whether a resource always has it.
    pub required: bool,
    /// Whether an answer may lack it although files must say it.
    pub may_lack: bool,
    /// Whether clearing it under `--yes` needs `--allow-clear`.
    pub guarded: bool,
    /// Whether `--prune` removes it where no file has it.
    pub prunable: bool,
    /// Whether it is set when the resource is made, and never changed.
    pub create_only: bool,
    /// The text that counts as nothing, since the server sets it where nobody does.
    pub default: Option<&'static str>,
    /// What it has to do with where values go.
    pub transfer: Transfer,
    /// What a file may say there, beyond what its shape says.
    pub form: Form,
    /// A key that people write in its place, which no distance finds.
    pub alias: Option<&'static str>,
    /// What a change of it lets an agent do.
    pub widens: Widens,
    /// Whether our own server has no use for it, and is not sent it.
    pub existing_only: bool,
    /// The action of its tool that changes it.
    pub action: &'static str,
    /// Whether it is read by a request of its own, and set by one once the resource is there.
    pub is_apart: bool,
    /// Whether a target of the project may have another value.
    pub per_target: bool,
    /// What it is for, as help says it: one line without a period. Empty only where no file writes it.
    pub says: &'static str,
    /// A value, in the syntax of the file that has it; empty for tables.
    pub example: &'static str,
    /// Whether servers of the first generation drop it.
    pub since_second: bool,
    /// Whether every server that gets it drops it.
    pub is_dropped: bool,
}

/// The action of a tool that changes what has no other.
pub const UPDATE: &str = "update";

/// When a change of a field lets an agent do what it could not do before, so that a person should look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widens {
    Never,
    /// Where an added domain reaches beyond one owner's hosts.
    Hosts,
    /// With every element that comes, each a tool that runs without asking.
    Approvals,
    /// With every element that goes: a guardrail, a deny entry, a judge.
    WhereLess(&'static str),
    /// With every other value, or every element that comes: code, and where it comes from.
    WhereOther(&'static str),
    /// With every change: a policy.
    WhereOtherOrLess(&'static str),
}

/// What a file may say of a field, beyond what the shape of the field says.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// Anything of its shape.
    OfShape,
    /// One of these words.
    Words(&'static [&'static str]),
    /// What a regular expression matches, and what that is called.
    Pattern { called: &'static str, pattern: &'static str },
    /// A JSON Schema.
    Schema {
        /// The keys that old files write in its place, as members of an object schema.
        old_keys: &'static [&'static str],
        /// How many properties may be shown as columns of a table; none where nothing is said of that.
        columns: Option<usize>,
        /// Whether it must be one of an object with properties.
        is_object: bool,
    },
    /// A mapping of slugs to `{description?, metadataSchema?}`.
    EventKinds,
    /// A list of the conditions under which the server makes relationships.
    Conditions,
    /// A list of names of tools.
    Tools,
    /// A list of domains.
    Domains,
    /// A list of the arguments of a command, some of which may be secrets.
    Arguments,
    /// A command, which may have arguments in the same text.
    Command,
    /// A list of objects with these members.
    Objects(&'static [Field]),
    /// The id of an agent of the project; where it has only one, files need not say it.
    Agent,
    /// When something runs, in the five fields of cron.
    Schedule,
    /// A text with places that the server fills in, in Handlebars.
    Template,
    /// A list of `{name, query}`, each a query in SQL that only reads.
    Queries {
        /// The name of the one that the server adds where nothing is said.
        default: &'static str,
    },
    /// The path of a script, as the model file sees it, in place of its text.
    Script,
    /// A whole number, of at least this size.
    Number { least: i64 },
    /// A UUID.
    Uuid,
    /// A text that is more than white space, without any around it.
    Trimmed,
    /// Any JSON that is a mapping.
    Mapping,
    /// A list of mappings.
    Elements,
    /// Any JSON; a text that is JSON itself is none, since servers read it as what it says.
    Json,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    Leaf(Leaf),
    /// An object with known members; unknown ones are carried over.
    Table(&'static [Field]),
    /// An object with free names.
    Map(&'static Entries),
    /// A list whose entries have a key.
    Keyed(&'static Keyed),
    /// An object with free names and texts in which references are read, which every request carries whole.
    Config {
        /// Keys that the server adds.
        ignored: &'static [&'static str],
    },
    /// Pairs of other resources, each of which has requests of its own.
    Pairs(&'static Pairs),
}

impl Shape {
    /// Whether it names another resource of its kind.
    pub fn is_link(self) -> bool {
        matches!(self, Self::Leaf(Leaf::Link))
    }

    /// Whether it is a text in which references are read.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Leaf(Leaf::SecretText))
    }
}

/// How a leaf is compared and cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// A text; cleared by leaving it out, or by an empty text where it is a whole member.
    Text,
    /// A text whose surrounding blanks do not count, since no file keeps them: prompts, and the bodies of skills.
    Prose,
    /// A text in which references are read.
    SecretText,
    /// A text that counts as equal where the org has none: the type of an MCP server.
    TextIfKept,
    /// A boolean.
    Flag,
    /// A plain list: exactly its elements, in order. Cleared by an empty list.
    List,
    /// A list that files write as a mapping by `id`, which has no order: that of the elements does not count.
    ById,
    /// A plain list of judged domains, whose domains are normalized on both sides.
    JudgedDomains,
    /// Any JSON.
    Json,
    /// The id of another resource of the same kind, linked by a request of its own once both are there.
    Link,
    /// Kept as the org has it, never declared, never drift: `installedAt`, a skill's `enabled`.
    Kept,
    /// Sent where the org has nothing; another value of the org stays and is drift that nothing removes.
    Fallback,
    /// Sent with every request, or when the resource is made, and never compared, since no answer has it.
    SentOnly,
    /// Looked at by the kind, and neither declared nor sent.
    Noted,
}

/// How a request says that nothing is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clearing {
    /// `null`.
    Null,
    /// `""`.
    EmptyText,
    /// `[]`.
    EmptyList,
    /// `{}`.
    EmptyObject,
    /// By leaving it out of what is sent whole.
    LeftOut,
    /// In no way: it always has a value.
    Never,
}

/// What a member of an entry has to do with the destination of the entry's values. A value that only the org has stays where it
/// is: once a destination changes, it must be declared or cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// It may hold a secret, which goes wherever the entry's destination is.
    Value,
    /// It decides where the values of its entry go.
    Destination,
    /// Both: the arguments of a command.
    DestinationAndValue,
    /// Never a secret.
    Harmless,
}

impl Transfer {
    /// Whether a change of it sends the values of its entry elsewhere.
    pub fn is_destination(self) -> bool {
        matches!(self, Self::Destination | Self::DestinationAndValue)
    }

    /// Whether it may hold a secret that must not follow.
    pub fn is_value(self) -> bool {
        matches!(self, Self::Value | Self::DestinationAndValue)
    }
}

/// An object whose names are free.
#[derive(Debug)]
pub struct Entries {
    /// What one entry is, as its only member without a name.
    pub entry: Field,
    /// What an entry is called in a sentence.
    pub noun: &'static str,
}

/// A list whose entries have a key.
#[derive(Debug)]
pub struct Keyed {
    /// The members that make the key.
    pub key: &'static [&'static str],
    /// What else an entry holds.
    pub entry: &'static [Field],
    /// Whether the order of the entries counts; that of skills does not, since their files have none.
    pub order_counts: bool,
    /// Members of a new entry that no file writes.
    pub new_entry: &'static [(&'static str, bool)],
    /// The member of an entry that gets the time of the request, in milliseconds, where it is not there.
    pub stamp: Option<&'static str>,
}

/// Pairs of other resources that are added and removed one by one.
#[derive(Debug, PartialEq, Eq)]
pub struct Pairs {
    /// The word of the kind of both ends.
    pub ends: &'static str,
    /// The first end: its key in a file, and its member on the wire.
    pub first: (&'static str, &'static str),
    /// The second end.
    pub second: (&'static str, &'static str),
    /// The list in an answer, and the action that asks for it.
    pub list: (&'static str, &'static str),
    /// The member of an answer that identifies a pair, and the same in the request that removes it.
    pub handle: (&'static str, &'static str),
    /// The actions that add and remove one.
    pub actions: (&'static str, &'static str),
}

impl Field {
    /// A field that is read and sent by its name, may be cleared and pruned, and may hold a secret of the org.
    pub const fn new(name: &'static str, shape: Shape, clearing: Clearing, file: &'static str) -> Self {
        Self {
            name,
            sent_as: name,
            read_from: &[],
            file,
            shape,
            clearing,
            required: false,
            may_lack: false,
            guarded: false,
            prunable: true,
            create_only: false,
            default: None,
            transfer: Transfer::Value,
            form: Form::OfShape,
            alias: None,
            widens: Widens::Never,
            existing_only: false,
            action: UPDATE,
            is_apart: false,
            per_target: false,
            says: "",
            example: "",
            since_second: false,
            is_dropped: false,
        }
    }

    /// The same, which every resource has.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, which files must say, and the org may have without it.
    #[must_use]
    pub const fn required_in_files(self) -> Self {
        Self { required: true, may_lack: true, ..self }
    }

    /// The same, cleared under `--yes` with `--allow-clear` only.
    #[must_use]
    pub const fn guarded(self) -> Self {
        Self { guarded: true, ..self }
    }

    /// The same, which `--prune` leaves alone.
    #[must_use]
    pub const fn not_pruned(self) -> Self {
        Self { prunable: false, ..self }
    }

    /// The same, which is never changed.
    #[must_use]
    pub const fn create_only(self) -> Self {
        Self { create_only: true, ..self }
    }

    /// The same, with the text that counts as nothing.
    #[must_use]
    pub const fn default(self, text: &'static str) -> Self {
        Self { default: Some(text), ..self }
    }

    /// The same, under another name in requests and answers.
    #[must_use]
    pub const fn on_the_wire(self, sent_as: &'static str, read_from: &'static [&'static str]) -> Self {
        Self { sent_as, read_from, ..self }
    }

    /// The same, with what it has to do with where values go.
    #[must_use]
    pub const fn transfer(self, transfer: Transfer) -> Self {
        Self { transfer, ..self }
    }

    /// The same, with a key that people write in its place.
    #[must_use]
    pub const fn alias(self, key: &'static str) -> Self {
        Self { alias: Some(key), ..self }
    }

    /// The same, with what a change of it lets an agent do.
    #[must_use]
    pub const fn widens(self, widens: Widens) -> Self {
        Self { widens, ..self }
    }

    /// The same, which our own server is not sent.
    #[must_use]
    pub const fn existing_only(self) -> Self {
        Self { existing_only: true, ..self }
    }

    /// The same, changed by another action of its tool: one that adds a version, which inherits what it does not say.
    #[must_use]
    pub const fn versioned(self, action: &'static str) -> Self {
        Self { action, ..self }
    }

    /// The same, read by a request of its own and set by this action once the resource is there.
    #[must_use]
    pub const fn apart(self, action: &'static str) -> Self {
        Self { action, is_apart: true, ..self }
    }

    /// The same, of which a target of the project may have another value.
    #[must_use]
    pub const fn per_target(self) -> Self {
        Self { per_target: true, ..self }
    }

    /// The same, with what it is for.
    #[must_use]
    pub const fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }

    /// The same, with a value that files can say.
    #[must_use]
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// The same, which the first generation drops.
    #[must_use]
    pub const fn since_second(self) -> Self {
        Self { since_second: true, ..self }
    }

    /// The same, with which no server does anything.
    #[must_use]
    pub const fn dropped(self) -> Self {
        Self { is_dropped: true, ..self }
    }

    /// The same, with what a file may say there.
    #[must_use]
    pub const fn form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// Whether a change of it adds a version of the resource.
    pub fn is_versioned(&self) -> bool {
        self.action != UPDATE && !self.is_apart
    }

    /// Whether the server sets this value where nobody sets one.
    pub fn is_default(&self, value: &Value) -> bool {
        let text = || match value {
            Value::Number(number) => Some(number.to_string()),
            value => value.literal().map(str::to_owned),
        };
        match self.form {
            Form::Queries { default } => {
                let member = |query: &Value, name: &str| query.as_map()?.get(name)?.literal().map(str::to_owned);
                matches!(value.as_list(), Some([query]) if member(query, "name").as_deref() == Some(default)
                    && member(query, "query").is_some_and(|query| is_of_everything(&query)))
            }
            _ => self.default.is_some() && text().as_deref() == self.default,
        }
    }

    /// The value that the server sets where nobody sets one; of queries only the name, since each server has its own.
    pub fn default_value(&self) -> Option<Value> {
        match (self.form, self.default) {
            (Form::Queries { default }, _) => {
                Some(Value::List(vec![Value::Map(BTreeMap::from([("name".to_owned(), Value::known(default))]))]))
            }
            (Form::Number { .. }, Some(text)) => {
                text.parse().ok().and_then(|number| Number::from_i64(number).ok()).map(Value::Number)
            }
            (_, text) => text.map(Value::known),
        }
    }

    /// Whether what it holds may be a secret, so that no log has a request with it.
    pub fn holds_secrets(&self) -> bool {
        match self.shape {
            Shape::Leaf(leaf) => leaf == Leaf::SecretText,
            Shape::Config { .. } => true,
            Shape::Table(members) => members.iter().any(Self::holds_secrets),
            Shape::Map(entries) => entries.entry.holds_secrets(),
            Shape::Keyed(keyed) => keyed.entry.iter().any(Self::holds_secrets),
            Shape::Pairs(_) => false,
        }
    }

    /// Whether it is a member whose name is known, and not one that a request carries without comparing it.
    pub fn is_compared(&self) -> bool {
        !matches!(self.shape, Shape::Leaf(Leaf::Kept | Leaf::SentOnly | Leaf::Noted))
    }

    /// The member of this name, in a field that is a table.
    pub fn member(&self, name: &str) -> Option<&'static Self> {
        match self.shape {
            Shape::Table(members) => members.iter().find(|member| member.name == name),
            _ => None,
        }
    }

    fn identity(&self) -> (&'static str, &'static str) {
        (self.name, self.file)
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Field {}

impl PartialOrd for Field {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Field {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

/// Whether a query is the one that servers add where nothing is said: all of one table, newest first. By the same name it may be
/// another, which someone wrote.
fn is_of_everything(query: &str) -> bool {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(words.as_slice(), ["select", "*", "from", _, "order", "by", time, "desc"] if time.ends_with("occurred_at"))
}

/// One thing for each of some fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByField<T>(BTreeMap<&'static Field, T>);

impl<T> Default for ByField<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> ByField<T> {
    /// What a field has.
    pub fn get(&self, field: &'static Field) -> Option<&T> {
        self.0.get(field)
    }

    /// What a field has, to be changed.
    pub fn get_mut(&mut self, field: &'static Field) -> Option<&mut T> {
        self.0.get_mut(field)
    }

    /// Gives a field something, in place of what it had.
    pub fn set(&mut self, field: &'static Field, value: T) {
        self.0.insert(field, value);
    }

    /// Gives a field something, if there is anything.
    pub fn set_some(&mut self, field: &'static Field, value: Option<T>) {
        self.0.extend(value.map(|value| (field, value)));
    }

    /// Takes what a field has.
    pub fn take(&mut self, field: &'static Field) -> Option<T> {
        self.0.remove(field)
    }

    /// Whether no field has anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What each field has.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Field, &T)> {
        self.0.iter().map(|(field, value)| (*field, value))
    }

    /// What each field has, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&'static Field, &mut T)> {
        self.0.iter_mut().map(|(field, value)| (*field, value))
    }
}

impl<T> FromIterator<(&'static Field, T)> for ByField<T> {
    fn from_iter<I: IntoIterator<Item = (&'static Field, T)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}
