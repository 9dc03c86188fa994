//! `.env` files as other tools write and read them.

use crate::support::env::TestEnv;

const TOML: &str = "[agents.desk]\nname = \"Desk\"\ndir = \"agents/desk\"\n\n[[agents.desk.platforms]]\ntype = \"telegram\"\n\n\
                    [agents.desk.platforms.config]\nbotToken = \"$TOK\"\n";

fn project(dotenv: impl AsRef<[u8]>) -> TestEnv {
    let env = TestEnv::new();
    env.write("lobu.toml", TOML).write("agents/desk/SOUL.md", "x\n").write(".env", dotenv);
    env
}

#[test]
fn a_null_character_is_refused_where_it_is_read() {
    for (text, place) in
        [(&b"TOK=a\0b\n"[..], ".env:1"), (&b"A=1\nTOK='a\0b'\n"[..], ".env:2"), (&b"TOK=a\rb\n"[..], ".env:1")]
    {
        let env = project(text);
        for arguments in [["secrets", "push", "--dry-run", "-c", "local"], ["secrets", "push", "--yes", "-c", "local"]]
        {
            let output = env.lobu(arguments);
            output.expect_code(2);
            assert!(output.stderr.contains(place), "{output}");
        }
        assert!(!env.local_database().exists(), "nothing is sent");
    }
    let env = project("");
    env.write("values.json", "{\"TOK\": \"a\\u0000b\"}");
    let output = env.lobu(["secrets", "push", "--yes", "-c", "local", "--from-file", "values.json"]);
    assert!(output.expect_code(2).stderr.contains("NUL character in the value of: TOK"), "{output}");
}

#[test]
fn single_quotes_span_lines_as_for_other_readers() {
    let env = project("TOK='-----BEGIN X-----\nAAAA==\n-----END X-----'\n");
    env.write("exact.json", "{\"TOK\": \"-----BEGIN X-----\\nAAAA==\\n-----END X-----\"}");
    env.lobu(["secrets", "push", "--yes", "-c", "local", "--from-file", "exact.json"]).expect_code(0);
    let output = env.lobu(["secrets", "push", "--dry-run", "-c", "local"]);
    assert!(!output.expect_code(0).everything().contains("differs"), "{output}");
}
