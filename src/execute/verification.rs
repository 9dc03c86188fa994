use crate::schema::ResourceKey;

/// What reading back found that is no failure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Fields whose values the server hides, as the files name them.
    pub hidden: Vec<(ResourceKey, Vec<String>)>,
    /// What someone else changed since it was written.
    pub changed_since: Vec<ResourceKey>,
    /// What could not be read back.
    pub unread: Vec<ResourceKey>,
}
