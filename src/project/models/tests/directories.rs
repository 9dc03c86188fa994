//! Which files are read, and what cannot be.

use super::*;

#[test]
fn only_yaml_files_of_the_directory_itself_are_read() {
    let models = read_files(&[
        ("b.yml", "type: entity\nslug: b\nname: B\n"),
        ("a.yaml", "type: entity\nslug: a\nname: A\n"),
        ("README.md", "text"),
        ("x.YAML", "broken: ["),
        ("sub/c.yaml", "type: entity\nslug: c\nname: C\n"),
    ]);
    let slugs: Vec<&str> = of(&models, ENTITY_TYPE).into_iter().map(|found| found.key.id.as_str()).collect();
    assert_eq!(slugs, ["a", "b"]);
    assert_eq!(places(&models), ["sub:0:0 warning models-subdirectory", "x.YAML:0:0 warning misspelled-file"]);
}

#[test]
fn the_directory_of_models_may_be_named() {
    let temporary = tempfile::tempdir().unwrap();
    fs::create_dir(temporary.path().join("types")).unwrap();
    fs::write(temporary.path().join("types/a.yaml"), entity("")).unwrap();
    fs::write(temporary.path().join("file"), "").unwrap();
    let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
    let position = Position { file: "lobu.toml".to_owned(), line: 3, column: 10 };
    let read = |path: &str| read_models(&ALL, &directory, Some((path, &position)), &["desk"], &[]);
    assert_eq!(of(&read(" ./types/ "), ENTITY_TYPE)[0].position.file, "types/a.yaml");
    assert_eq!(read("none").diagnostics[0].code, "models-directory-missing");
    assert_eq!(read("none").diagnostics[0].severity, Severity::Warning);
    for (path, code) in [("file", "not-a-directory"), ("../x", "outside-project"), ("/etc", "outside-project")] {
        let diagnostics = read(path).diagnostics;
        assert_eq!((diagnostics[0].code, diagnostics[0].position.as_ref()), (code, Some(&position)), "{path}");
    }
    assert_eq!(read(" "), Models::default());
    assert_eq!(read_models(&ALL, &directory, None, &["desk"], &[]), Models::default());
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let temporary = tempfile::tempdir().unwrap();
    let models = temporary.path().join("models");
    fs::create_dir(&models).unwrap();
    fs::write(models.join("latin.yaml"), b"type: entity\nname: \xFC\n").unwrap();
    fs::File::create(models.join("large.yaml")).unwrap().set_len(4 * 1024 * 1024 + 1).unwrap();
    std::os::unix::fs::symlink("none.yaml", models.join("nowhere.yaml")).unwrap();
    std::os::unix::fs::symlink("none", models.join(".#lock")).unwrap();
    std::os::unix::fs::symlink("../..", models.join("out")).unwrap();
    let read = read_models(&ALL, &ProjectDirectory::open(temporary.path(), &[]).unwrap(), None, &["desk"], &[]);
    assert_eq!(
        places(&read),
        [
            "large.yaml:0:0 error file-too-large",
            "latin.yaml:2:0 error not-utf8",
            "nowhere.yaml:0:0 error dangling-symlink",
            "out:0:0 error outside-project",
        ]
    );
}

#[test]
#[ignore = "needs ../shared"]
fn the_public_projects_are_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let mut entity_types = 0;
    for project in fs::read_dir(corpus).unwrap() {
        let path = project.unwrap().path();
        if !path.is_dir() {
            continue;
        }
        let models = read_models(&ALL, &ProjectDirectory::open(&path, &[]).unwrap(), None, &["desk"], &[]);
        let errors: Vec<_> = places(&models).into_iter().filter(|place| place.contains(" error ")).collect();
        let expected: &[&str] =
            if path.ends_with("support") { &["organization.yaml:3:7 error reserved-slug"] } else { &[] };
        assert_eq!(errors, expected, "{}", path.display());
        entity_types += of(&models, ENTITY_TYPE).len();
    }
    assert_eq!(entity_types, 33);
}

#[test]
fn a_large_bundle_of_mistakes_ends_after_few_comparisons() {
    use std::fmt::Write as _;

    use crate::project::suggest::COMPARISONS;
    let mut text = "version: 2\nentities:\n".to_owned();
    for number in 0..1000 {
        writeln!(text, "  - {{slug: e{number}, name: E}}").unwrap();
    }
    text.push_str("relationships:\n");
    for number in 0..2000 {
        writeln!(text, "  - {{slug: r{number}, name: R, nonsense: 1, rules: [{{source: a{number}, target: b}}]}}")
            .unwrap();
    }
    let before = COMPARISONS.get();
    let models = read_files(&[("m.yaml", &text)]);
    // Four thousand unknown ends could each be compared with a thousand slugs; fifty are.
    let compared = COMPARISONS.get() - before;
    assert!((50_000..100_000).contains(&compared), "{compared}");
    assert_eq!(models.diagnostics.len(), 101 + 51);
}
