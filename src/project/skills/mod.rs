//! Skills: shared ones beside lobu.toml, and an agent's own.

mod discover;
mod frontmatter;
pub(in crate::project) mod keys;
mod read;
mod skill;

pub use discover::{SkillSet, combine, read_skills};
pub use frontmatter::{SkillParts, skill_parts};
pub use skill::{JudgedDomain, Skill, SkillMcpServer, SkillNetwork};

#[cfg(test)]
mod tests;
