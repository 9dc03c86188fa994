/// What files declare of one sort and apply does not send.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotApplied {
    pub count: usize,
    /// The names of those that have one.
    pub names: Vec<String>,
}

impl NotApplied {
    /// Things without names.
    pub fn of(count: usize) -> Self {
        Self { count, names: Vec::new() }
    }

    /// Things that all have a name.
    pub fn named(names: impl IntoIterator<Item = String>) -> Self {
        let names: Vec<String> = names.into_iter().collect();
        Self { count: names.len(), names }
    }

    /// Takes in others of the same sort.
    pub fn add(&mut self, other: Self) {
        self.count += other.count;
        self.names.extend(other.names);
    }
}
