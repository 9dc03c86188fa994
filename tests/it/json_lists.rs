//! The documents of `validate`, `whoami`, `context list` and `org list` are as their schemas say.

use serde_json::Value;

use crate::support::embedded::Served;
use crate::support::env::TestEnv;
use crate::support::existing_server::{Options, owner_token};
use crate::support::schema::checked;
use crate::support::site::Site;

/// What a schema says of a document that is no error: its members must all be there, and described.
#[track_caller]
fn complete(schema: &str, definition: &str, document: &Value) {
    let text = std::fs::read_to_string(format!("{}/docs/reference/{schema}.schema.json", env!("CARGO_MANIFEST_DIR")));
    let schema: Value = serde_json::from_str(&text.expect("a schema")).expect("a schema is JSON");
    let members = schema["$defs"][definition]["properties"].as_object().expect("it has members");
    let written: Vec<&String> = document.as_object().expect("an object").keys().collect();
    assert_eq!(members.keys().collect::<Vec<_>>(), written, "{definition}");
    for (member, says) in members {
        assert!(says["description"].is_string(), "{definition}.{member} is not described");
    }
}

#[test]
fn validate_writes_what_its_schema_says() {
    let env = TestEnv::new();
    env.copy_fixture("everything");
    let output = env.lobu(["validate", "--json"]);
    let valid = checked("validate", &output.expect_code(0).stdout);
    complete("validate", "ValidDocument", &valid);
    assert!(valid["agents"].as_u64() > Some(0) && valid["types"]["entity-type"].as_u64() > Some(0), "{valid:#}");
    env.write("lobu.toml", "[agents.desk]\nname = 'Desk'\ndir = 'desk'\n[memory.owletto]\norg = 'dev'\n");
    env.write("desk/SOUL.md", "Be kind.\n");
    let valid = checked("validate", &env.lobu(["validate", "--json"]).expect_code(0).stdout);
    complete("validate", "Diagnosis", &valid["warnings"][0]);
    env.write("lobu.toml", "[agents.desk]\nnaame = 'Desk'\ndir = 'desk'\n");
    let output = env.lobu(["validate", "--json"]);
    let error = checked("validate", &output.expect_code(2).stdout);
    complete("validate", "ErrorDocument", &error);
    complete("validate", "ErrorObject", &error["error"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn contexts_orgs_and_the_user_are_written_as_their_schemas_say() {
    let served = Served::in_memory().await;
    let env = TestEnv::new();
    checked("whoami", &env.lobu(["whoami", "--json"]).stdout);
    checked("org", &env.lobu(["org", "list", "--json"]).stdout);
    env.lobu(["context", "add", "dev", "--url", served.url()]).expect_code(0);
    env.lobu(["context", "use", "dev"]).expect_code(0);
    let token = format!("{}\n", served.token());
    env.pipe(&["login", "--token-stdin"], token.as_bytes()).expect_code(0);
    let contexts = checked("context", &env.lobu(["context", "list", "--json"]).expect_code(0).stdout);
    complete("context", "ContextsDocument", &contexts);
    let listed = contexts["contexts"].as_array().expect("a list");
    assert!(listed.len() >= 2, "{contexts:#}");
    for context in listed {
        complete("context", "ListedContext", context);
    }
    let orgs = checked("org", &env.lobu(["org", "list", "--json"]).expect_code(0).stdout);
    complete("org", "OrgsDocument", &orgs);
    complete("org", "ListedOrg", &orgs["orgs"][0]);
    let who = checked("whoami", &env.lobu(["whoami", "--json"]).expect_code(0).stdout);
    complete("whoami", "WhoamiDocument", &who);
    assert!(who["expires_in"].is_null(), "{who:#}");
}

/// An existing server tells less of a personal token.
#[test]
fn what_a_server_does_not_tell_is_null() {
    let mut site = Site::fixture(Options::g1_with_manager(), "support-desk");
    site.env.lobu(["context", "add", "work", "--url", &site.server.url()]).expect_code(0);
    site.env.lobu(["org", "use", "dev", "-c", "work"]).expect_code(0);
    site.env.env("LOBU_API_TOKEN", owner_token("dev"));
    let who = checked("whoami", &site.env.lobu(["whoami", "--json", "-c", "work"]).expect_code(0).stdout);
    complete("whoami", "WhoamiDocument", &who);
    let orgs = checked("org", &site.env.lobu(["org", "list", "--json", "-c", "work"]).expect_code(0).stdout);
    complete("org", "ListedOrg", &orgs["orgs"][0]);
}
