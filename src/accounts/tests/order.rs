use super::super::directory::OpenDirectory;
use super::*;

/// Carries out a change up to each of its writes, and looks at what a reader finds then.
fn interrupted(before: &dyn Fn(&Home), change: &dyn Fn(&mut Draft), look: &dyn Fn(&Snapshot)) -> Vec<&'static str> {
    let mut done = 0;
    loop {
        let home = Home::with(&[]);
        before(&home);
        let mut begun = home.accounts().begin().unwrap();
        change(begun.draft());
        let steps = begun.file_writes().unwrap();
        let names: Vec<_> = steps.iter().map(|step| step.file.name()).collect();
        let opened = OpenDirectory::open(home.0.path()).unwrap().unwrap();
        for step in steps.iter().take(done) {
            opened.put(step.file, step.text.as_ref().map(|text| text.as_str())).unwrap();
        }
        look(&home.read());
        if done == names.len() {
            return names;
        }
        done += 1;
    }
}

fn at_one(home: &Home) {
    home.change(|draft| {
        draft.add_context("s", "https://one.example")?;
        draft.set_consent("s", true)?;
        draft.put_login("s", &device("ONE", "https://one.example/token", Some(1)))
    });
}

/// No token and no consent of one server is found beside the other.
#[track_caller]
fn is_whole(snapshot: &Snapshot) {
    let Some(login) = snapshot.logins.get("s") else { return };
    let context = snapshot.contexts.get("s").expect("no token is without its context");
    let server = if is(&login.access_token, "ONE") { "https://one.example/" } else { "https://two.example/" };
    assert_eq!(context.origins, [url(server)]);
    assert_eq!(context.server, url(server));
    if let Some(Refresh::Device { token_endpoint, .. }) = &login.refresh {
        assert!(token_endpoint.as_str().starts_with(server));
    }
    assert!(!context.sends_secret_values || server == "https://one.example/");
}

#[test]
fn a_new_login_comes_after_its_context() {
    let names = interrupted(
        &|_| (),
        &|draft| {
            draft.add_context("s", "https://two.example").unwrap();
            draft.put_login("s", &device("TWO", "https://two.example/token", Some(2))).unwrap();
        },
        &is_whole,
    );
    assert_eq!(names, ["cli.json", "config.json", "credentials.json"]);
}

#[test]
fn a_context_that_moves_loses_its_login_before() {
    let moved = |draft: &mut Draft| {
        draft.add_context("s", "https://two.example").unwrap();
        draft.put_login("s", &device("TWO", "https://two.example/token", Some(2))).unwrap();
    };
    let names = interrupted(&at_one, &moved, &is_whole);
    assert_eq!(names, ["credentials.json", "cli.json", "config.json", "credentials.json"]);
}

#[test]
fn a_context_that_goes_loses_its_login_before() {
    let removed = |draft: &mut Draft| assert!(draft.remove_context("s").unwrap().lost_login);
    let names = interrupted(&at_one, &removed, &is_whole);
    assert_eq!(names, ["credentials.json", "cli.json", "config.json"]);
}

#[test]
fn a_refresh_that_dies_in_between_leaves_a_way_on() {
    let refreshed = |draft: &mut Draft| {
        let mut login = device("ONE", "https://one.example/token", Some(2));
        login.refresh = login.refresh.map(|refresh| match refresh {
            Refresh::Device { client_id, token_endpoint, scope, .. } => {
                Refresh::Device { token: token("R2"), client_id, token_endpoint, scope }
            }
            other @ Refresh::Cli { .. } => other,
        });
        draft.put_login("s", &login).unwrap();
    };
    let names = interrupted(&at_one, &refreshed, &|snapshot| {
        assert!(matches!(snapshot.logins["s"].refresh, Some(Refresh::Device { .. })));
    });
    assert_eq!(names, ["cli.json", "credentials.json"]);
}
