use super::file::NewFile;

/// A project that shows what there is.
#[derive(Debug)]
pub struct Example {
    pub name: &'static str,
    /// What it is, one line without a period.
    pub says: &'static str,
    /// Paths and texts.
    pub texts: &'static [(&'static str, &'static str)],
}

macro_rules! example {
    ($name:literal, $says:literal, [$($path:literal),* $(,)?]) => {
        Example {
            name: $name,
            says: $says,
            texts: &[$(($path, include_str!(concat!("../../fixtures/projects/", $name, "/", $path)))),*],
        }
    };
}

/// Every example, by name.
pub static EXAMPLES: [Example; 1] = [example!(
    "support-desk",
    "two agents, a platform, skills, an MCP server and a memory schema",
    [
        "agents/front-desk/IDENTITY.md",
        "agents/front-desk/SOUL.md",
        "agents/front-desk/USER.md",
        "agents/librarian/IDENTITY.md",
        "agents/librarian/SOUL.md",
        "agents/librarian/skills/article-format/SKILL.md",
        "models/bicycle.yaml",
        "models/customer.yaml",
        "models/owned-by.yaml",
        "models/owns.yaml",
        "models/repair.yaml",
        "models/repaired-in.yaml",
        "skills/kind-replies/SKILL.md",
        "lobu.toml",
    ]
)];

impl Example {
    /// The example of a name.
    pub fn of(name: &str) -> Option<&'static Self> {
        EXAMPLES.iter().find(|example| example.name == name)
    }

    /// Its files; lobu.toml is the last one.
    pub fn files(&self) -> Vec<NewFile> {
        self.texts.iter().map(|(path, text)| NewFile::whole(*path, *text)).collect()
    }
}
