use std::fmt::Write as _;

use thiserror::Error;
use toml_edit::Value;

use crate::model::{AgentId, OrgSlug, SecretName};
use crate::schema::kinds::platform;

use super::file::NewFile;
use super::starter_texts::{IDENTITY, PERSON, SOUL, TEAM, WORKS_IN};

/// What a new project of one agent has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blueprint {
    /// The project's name, for people: one line.
    pub name: String,
    /// The org that the project is pinned to.
    pub org: Option<OrgSlug>,
    pub agent: AgentId,
    /// The id of the model provider.
    pub provider: String,
    /// The types of its platforms, each once.
    pub platforms: Vec<&'static str>,
    /// Whether it has a memory schema.
    pub memory: bool,
}

/// What no project can be made of.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidBlueprint {
    #[error("`{0}` is no provider ID: use letters, digits, dots and dashes, and start with a letter")]
    Provider(String),
    #[error("the name of a project is one line of at most {MOST_OF_NAME} characters")]
    Name,
}

/// How many characters a project's name may have.
const MOST_OF_NAME: usize = 100;

/// Checks the id of a provider: one from which the name of its key can be made.
pub fn provider_of(text: &str) -> Result<String, InvalidBlueprint> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    let starts = text.starts_with(|first: char| first.is_ascii_lowercase());
    let is_id = starts && text.len() <= 60 && text.chars().all(is_part);
    is_id.then(|| text.to_owned()).ok_or_else(|| InvalidBlueprint::Provider(text.to_owned()))
}

/// Checks the name of a project.
pub fn title_of(text: &str) -> Result<String, InvalidBlueprint> {
    let text = text.trim();
    let is_line = !text.is_empty() && text.chars().count() <= MOST_OF_NAME && !text.chars().any(char::is_control);
    if is_line { Ok(text.to_owned()) } else { Err(InvalidBlueprint::Name) }
}

impl Blueprint {
    /// The files of the project without what belongs around it.
    pub fn files(&self) -> Vec<NewFile> {
        let agent = self.agent.as_str();
        let title = title(agent);
        let mut files = vec![
            NewFile::whole(format!("agents/{agent}/IDENTITY.md"), IDENTITY.replace("{title}", &title)),
            NewFile::whole(format!("agents/{agent}/SOUL.md"), SOUL),
        ];
        if self.memory {
            let models = [("person", PERSON), ("team", TEAM), ("works-in", WORKS_IN)];
            files.extend(models.map(|(name, text)| NewFile::whole(format!("models/{name}.yaml"), text)));
        }
        files.push(NewFile::whole("lobu.toml", self.lobu_toml(&title)));
        files
    }

    fn lobu_toml(&self, title: &str) -> String {
        let agent = self.agent.as_str();
        let mut text = format!(
            "# {}\n\
             #\n\
             # lobu explain    describes every key\n\
             # lobu validate   checks the files\n\
             # lobu plan       shows what they would change\n\n\
             [agents.{agent}]\n\
             name = {}\n\
             # IDENTITY.md, SOUL.md and USER.md in this directory are the agent's prompts; skills/ beside them has its skills.\n\
             dir = \"./agents/{agent}\"\n\n\
             [[agents.{agent}.providers]]\n\
             id = {}\n\
             # A secret: its value is in .env and in the org, never in this file.\n\
             key = {}\n",
            self.name,
            quoted(title),
            quoted(&self.provider),
            reference(&self.provider, "api_key"),
        );
        for platform in &self.platforms {
            write_platform(&mut text, agent, platform);
        }
        self.write_memory(&mut text);
        text
    }

    fn write_memory(&self, text: &mut String) {
        let pin = match &self.org {
            Some(org) => format!("org = {}\n", quoted(org.as_str())),
            None => String::new(),
        };
        if self.memory {
            let pin = if pin.is_empty() {
                "# Pins the project to one org, so that no command changes another one.\n# org = \"acme\"\n".to_owned()
            } else {
                pin
            };
            let name = quoted(&self.name);
            let _ = write!(
                text,
                "\n# What the agents remember: the types are in models/.\n[memory]\n{pin}name = {name}\nmodels = \"./models\"\n"
            );
        } else if !pin.is_empty() {
            let _ = write!(
                text,
                "\n# The org of the project, which has no memory schema.\n[memory]\nenabled = false\n{pin}"
            );
        }
    }
}

fn write_platform(text: &mut String, agent: &str, platform: &str) {
    let _ = write!(
        text,
        "\n[[agents.{agent}.platforms]]\ntype = {}\n\n[agents.{agent}.platforms.config]\n",
        quoted(platform)
    );
    for key in platform::config_keys(platform).filter(|key| key.is_basic) {
        let _ = writeln!(text, "# {}\n{} = {}", key.says, key.name, reference(platform, key.name));
    }
}

/// A reference to the secret of this name, which is made of whose it is and what it is: `"$SLACK_SIGNING_SECRET"`.
fn reference(owner: &str, name: &str) -> String {
    let mut text = String::new();
    for character in format!("{owner}_{name}").chars() {
        if character.is_ascii_uppercase() && !text.ends_with('_') {
            text.push('_');
        }
        text.push(if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' });
    }
    debug_assert!(SecretName::parse(&text).is_ok(), "{text}");
    format!("\"${text}\"")
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// `front-desk` as people write it: `Front desk`.
fn title(id: &str) -> String {
    let words = id.replace('-', " ");
    let mut characters = words.trim().chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}
