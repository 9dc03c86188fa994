//! The keys of a skill's frontmatter. What is a field of a skill stands here by its name only.

use crate::schema::{Key, KeyForm, TextForm};

/// The frontmatter.
pub(in crate::project) static FRONTMATTER: [Key; 6] = [
    Key::new("name", KeyForm::TextOrNumber, "Name of the skill; that of its directory if absent")
        .empty("the name of its directory")
        .example("labels"),
    Key::of_field("description"),
    Key::of_field("nixPackages"),
    Key::of_field("network"),
    Key::of_field("judges"),
    Key::map("mcpServers", TextForm::Any, &SERVER, ""),
];

/// A domain at which a judge decides.
pub(in crate::project) static JUDGED_DOMAIN: Key =
    Key::new("[]", KeyForm::TextOrTable(&JUDGE_RULE), "A domain, or a domain with the name of its judge");

static JUDGE_RULE: [Key; 2] = [
    Key::text("domain", TextForm::Any, "The domain").required().example("forum.example"),
    Key::text("judge", TextForm::Any, "Name of the judge that decides").example("reader"),
];

/// An MCP server that a skill brings along. It has no place for secrets, since a skill can be read by anyone.
static SERVER: Key = Key::table("<id>", &SERVER_KEYS, "An MCP server");

static SERVER_KEYS: [Key; 4] = [
    Key::text("type", TextForm::Any, "How the server is reached: `streamable-http`, `sse` or `stdio`").example("sse"),
    Key::text("url", TextForm::Any, "Address of the server").example("\"https://labels.example/mcp\""),
    Key::text("command", TextForm::Any, "Command that starts the server").example("label-server"),
    Key::texts("args", TextForm::Any, "Arguments of the command, in order").example("[--all]"),
];
