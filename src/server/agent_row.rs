use rusqlite::Row;

/// An agent's row.
pub(super) struct Agent {
    /// The row's own number.
    pub(super) row: i64,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) owner: String,
    pub(super) created_at: i64,
    pub(super) settings_updated_at: i64,
    pub(super) version: i64,
    pub(super) settings_version: i64,
    /// JSON.
    pub(super) applied_by: Option<String>,
}

/// The columns of the row, in the order in which they are read.
pub(super) const COLUMNS: &str =
    "id, agent_id, name, description, owner, created_at, settings_updated_at, version, settings_version, applied_by";

impl Agent {
    /// Reads a row of these columns.
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            row: row.get(0)?,
            id: row.get(1)?,
            name: row.get(2)?,
            description: row.get(3)?,
            owner: row.get(4)?,
            created_at: row.get(5)?,
            settings_updated_at: row.get(6)?,
            version: row.get(7)?,
            settings_version: row.get(8)?,
            applied_by: row.get(9)?,
        })
    }
}
