//! A project with every kind of resource, and the same later, with something changed in each of them.

use lobu::desired::DesiredState;

use crate::support::project::desired_of;

/// The secrets of the project, with their values.
pub(crate) const SECRETS: [(&str, &str); 2] = [("BOT", "made-up-bot-value"), ("TICKETS", "made-up-tickets-value")];

/// Whose rule the later project removes; the request does not name it.
pub(crate) const WITHOUT_RULE: &str = "relationship-type/knows";

const TOML: &str = r#"
[agents.triage]
name = "Triage"
description = "Sorts."
dir = "./agents/triage"

[[agents.triage.platforms]]
type = "telegram"
config = { botToken = "$BOT", chatId = "42" }

[agents.triage.skills.mcp.tickets]
url = "https://tickets.example/mcp"
headers = { Authorization = "$TICKETS" }

[memory]
models = "./models"
"#;

const FILES: [(&str, &str); 8] = [
    ("lobu.toml", TOML),
    ("agents/triage/SOUL.md", "Be kind.\n"),
    ("models/person.yaml", "type: entity\nslug: person\nname: Person\n"),
    ("models/company.yaml", "type: entity\nslug: company\nname: Company\n"),
    (
        "models/knows.yaml",
        "type: relationship\nslug: knows\nname: Knows\ninverse_type_slug: known-by\nrules:\n  - { source: person, target: company }\n",
    ),
    ("models/known-by.yaml", "type: relationship\nslug: known-by\nname: Known by\n"),
    (
        "models/late.yaml",
        "type: watcher\nslug: late\nname: Late\nschedule: \"0 6 * * *\"\nprompt: Look.\nentity_id: 12\nreaction_script: \
         reactions/late.ts\nextraction_schema: {type: object, properties: {}}\n",
    ),
    ("models/reactions/late.ts", "export default 1;\n"),
];

/// What is written otherwise in the later project, in every file in which it stands.
const LATER: [(&str, &str); 10] = [
    ("Sorts.", "Sorts and answers."),
    ("chatId = \"42\"", "chatId = \"43\""),
    ("Be kind.", "Be very kind."),
    ("name: Person", "name: Natural person"),
    ("name: Company", "name: Firm"),
    ("name: Known by", "name: Is known by\ndescription: The other way"),
    ("{ source: person, target: company }", "{ source: person, target: person }"),
    ("0 6 * * *", "0 7 * * *"),
    ("Look.", "Look twice."),
    ("export default 1;", "export default 2;"),
];

fn written(change: impl Fn(&str) -> String) -> DesiredState {
    let directory = tempfile::tempdir().expect("a directory");
    for (path, text) in FILES {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it is a file")).expect("a directory");
        std::fs::write(path, change(text)).expect("a file");
    }
    desired_of(directory.path())
}

/// The project as it is applied first.
pub(crate) fn first() -> DesiredState {
    written(str::to_owned)
}

/// The project as it is later.
pub(crate) fn later() -> DesiredState {
    written(|text| LATER.iter().fold(text.to_owned(), |text, (before, after)| text.replace(before, after)))
}

/// The first project with literals in place of its references.
pub(crate) fn with_literals() -> DesiredState {
    let literal = |text: String, (name, value): &(&str, &str)| text.replace(&format!("${name}"), value);
    written(|text| SECRETS.iter().fold(text.to_owned(), literal))
}

/// The entity types of the first project, and nothing else.
pub(crate) fn types_only() -> DesiredState {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("lobu.toml"), "[agents]\n\n[memory]\nmodels = \"./models\"\n")
        .expect("a file");
    std::fs::create_dir(directory.path().join("models")).expect("a directory");
    for (path, text) in FILES.iter().filter(|(_, text)| text.starts_with("type: entity")) {
        std::fs::write(directory.path().join(path), text).expect("a file");
    }
    desired_of(directory.path())
}
