//! The requests of a push fail in every way, and it never says that nothing was changed where something was.

use std::collections::BTreeSet;

use lobu::model::SecretName;
use lobu::org::http::Sending;
use lobu::org::{SecretsListing, SecretsRead as _};
use lobu::push::{Agreement, Ending, PushFailure, PushReport, Rotation, Wanted, plan_push, push};
use lobu::secrets::{SourceValues, SourceWord};
use serde_json::{Map, Value};

use super::faulty::{Backend, Fault, Faulty, identity};
use super::{Start, faults, open, service};
use crate::support::note;

/// Pushes secrets that the org lacks.
pub(super) async fn create(server: &Faulty, pairs: &[(&str, &str)]) -> Result<PushReport, PushFailure> {
    let name = |text: &str| SecretName::parse(text).expect("a name");
    let wanted: Wanted = pairs.iter().map(|(text, _)| (name(text), Vec::new())).collect();
    let members: Map<String, Value> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let source = SourceValues::of_json(".env", SourceWord::Env, &Value::from(members).to_string()).expect("a source");
    let listed = match server.client.list_secrets().await {
        Ok(SecretsListing::Listed(listed)) => listed,
        Ok(other) => panic!("{other:?}"),
        Err(error) => return Err(PushFailure::Refused(error)),
    };
    let rotation = Rotation::default();
    let plan = plan_push(&wanted, &source, &listed, &rotation);
    push(&server.client, plan, &Agreement::by_flags(true, false), &wanted, &rotation, &source).await
}

#[tokio::test]
async fn a_push_never_says_that_nothing_was_changed_where_something_was() {
    const PAIRS: [(&str, &str); 2] = [("FOO", "made-up-foo"), ("BAR", "made-up-bar")];
    let start = Start::ours();
    let server = Faulty::start(start.backend().0, &start.token(), Sending::default()).await;
    let (backend, _kept) = start.backend();
    server.begin(backend, None);
    create(&server, &PAIRS).await.expect("nothing fails");
    let requests: BTreeSet<String> = server.handled().iter().map(|(request, _)| identity(request)).collect();
    let mut cases = 0;
    for fault in requests.iter().flat_map(|at| faults(at)) {
        cases += 1;
        case(&start, &server, &PAIRS, fault).await;
    }
    note(&format!("fault matrix of pushes: {cases} cases"));
    assert!(cases >= 2 * 2 * 5 * 2);
}

async fn case(start: &Start, server: &Faulty, pairs: &[(&str, &str)], fault: Fault) {
    let (backend, kept) = start.backend();
    let kept = kept.expect("a database");
    drop(backend);
    let store = open(kept.path());
    server.begin(Backend::Ours(service(&store)), Some(fault.clone()));
    let pushed = create(server, pairs).await;
    assert!(server.hits() > 0, "{fault:?}");
    let is_stored = !server.effects().is_empty();
    match pushed {
        Ok(report) => {
            let done = report.count(|ending| matches!(ending, Ending::Done { .. }));
            assert!(is_stored && done == pairs.len(), "{fault:?}: {report:?}");
        }
        Err(PushFailure::Unknown { names, .. }) => assert_eq!(names.len(), pairs.len(), "{fault:?}"),
        Err(error) => assert!(!is_stored, "{fault:?}: {error}"),
    }
}
