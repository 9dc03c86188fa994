//! Every field of every kind, and every member of one, is taken through the walk of the plan: what happens to it is what its row
//! says. What the rows say is written down a second time here, so that none changes by accident.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value as Json, json};

use crate::model::{Family, Value};
use crate::plan::{FieldAction, Plan, Row};
use crate::schema::kinds::AGENT;
use crate::schema::{ALL, Change, Clearing, Field, Form, Leaf, Owner, Pair, ResourceKey, Shape, Write};

use super::build::{resource, value};
use super::places::{FieldPlace, PlaceStep, key_of, keyed_entry, places, samples};
use super::store::{Server, World, fields};

/// The rows once more: whoever changes one says twice that it is meant.
const ROWS: &str = "
agent name                                                     Text          Never       prunable required
agent description                                              Text          Null        prunable
settings networkConfig                                         Table         EmptyObject prunable
settings networkConfig.allowedDomains                          List          EmptyList   prunable
settings networkConfig.deniedDomains                           List          EmptyList   guarded prunable
settings networkConfig.judgedDomains                           JudgedDomains EmptyList   prunable
settings networkConfig.judges                                  Map           EmptyObject guarded prunable
settings networkConfig.judges.<name>                           Text          LeftOut     guarded prunable
settings egressConfig                                          Table         EmptyObject prunable
settings egressConfig.extraPolicy                              Text          LeftOut     guarded prunable
settings egressConfig.judgeModel                               Text          LeftOut     prunable
settings nixConfig                                             Table         EmptyObject prunable
settings nixConfig.packages                                    List          EmptyList   prunable
settings mcpServers                                            Map           EmptyObject prunable
settings mcpServers.<name>                                     Table         EmptyObject prunable
settings mcpServers.<name>.url                                 Text          LeftOut     prunable
settings mcpServers.<name>.type                                TextIfKept    LeftOut     prunable
settings mcpServers.<name>.command                             Text          LeftOut     prunable
settings mcpServers.<name>.args                                List          EmptyList   prunable
settings mcpServers.<name>.env                                 Map           EmptyObject prunable
settings mcpServers.<name>.env.<name>                          SecretText    LeftOut     prunable
settings mcpServers.<name>.headers                             Map           EmptyObject prunable
settings mcpServers.<name>.headers.<name>                      SecretText    LeftOut     prunable
settings mcpServers.<name>.authScope                           Text          LeftOut     prunable
settings mcpServers.<name>.oauth                               Table         EmptyObject prunable
settings mcpServers.<name>.oauth.authUrl                       Text          LeftOut     prunable
settings mcpServers.<name>.oauth.tokenUrl                      Text          LeftOut     prunable
settings mcpServers.<name>.oauth.clientId                      SecretText    LeftOut     prunable
settings mcpServers.<name>.oauth.clientSecret                  SecretText    LeftOut     prunable
settings mcpServers.<name>.oauth.scopes                        List          EmptyList   prunable
settings mcpServers.<name>.oauth.tokenEndpointAuthMethod       Text          LeftOut     prunable
settings skillsConfig                                          Table         EmptyObject prunable
settings skillsConfig.skills                                   Keyed         EmptyList   prunable
settings skillsConfig.skills.<key>                             Table         LeftOut     prunable
settings skillsConfig.skills.<key>.content                     Prose         LeftOut     prunable
settings skillsConfig.skills.<key>.description                 Text          LeftOut     prunable
settings skillsConfig.skills.<key>.nixPackages                 List          EmptyList   prunable
settings skillsConfig.skills.<key>.networkConfig               Table         EmptyObject prunable
settings skillsConfig.skills.<key>.networkConfig.allowedDomains List          EmptyList   prunable
settings skillsConfig.skills.<key>.networkConfig.deniedDomains List          EmptyList   prunable
settings skillsConfig.skills.<key>.networkConfig.judgedDomains JudgedDomains EmptyList   prunable
settings skillsConfig.skills.<key>.networkConfig.judges        Map           EmptyObject prunable
settings skillsConfig.skills.<key>.networkConfig.judges.<name> Text          LeftOut     prunable
settings skillsConfig.skills.<key>.mcpServers                  ById          EmptyList   prunable
settings skillsConfig.skills.<key>.enabled                     Kept          LeftOut     prunable
settings toolsConfig                                           Table         EmptyObject prunable
settings toolsConfig.allowedTools                              List          EmptyList   prunable
settings toolsConfig.deniedTools                               List          EmptyList   guarded prunable
settings toolsConfig.strictMode                                Flag          LeftOut     prunable
settings guardrails                                            List          EmptyList   guarded prunable
settings preApprovedTools                                      List          EmptyList   guarded prunable
settings providerModelPreferences                              Map           EmptyObject prunable
settings providerModelPreferences.<name>                       Text          LeftOut     prunable
settings installedProviders                                    Keyed         EmptyList   prunable
settings installedProviders.<key>                              Table         LeftOut     prunable
settings installedProviders.<key>.installedAt                  Kept          LeftOut     prunable
settings soulMd                                                Prose         EmptyText   guarded
settings userMd                                                Prose         EmptyText   guarded
settings identityMd                                            Prose         EmptyText   guarded
settings modelSelection                                        Fallback      Never
platform type                                                  Text          Never       prunable required
platform config                                                Config        LeftOut     prunable required
platform config.<name>                                         SecretText    LeftOut     prunable
platform settings                                              Kept          LeftOut     prunable
platform name                                                  SentOnly      LeftOut     prunable
entity-type name                                               Text          Never       prunable required
entity-type description                                        Text          EmptyText   prunable
entity-type icon                                               Text          EmptyText   prunable
entity-type color                                              Text          EmptyText   prunable
entity-type metadata_schema                                    Json          Null        prunable
entity-type event_kinds                                        Json          Null        prunable
relationship-type name                                         Text          Never       prunable required
relationship-type description                                  Text          Null        prunable
relationship-type metadata_schema                              Json          Null        prunable
relationship-type status                                       Text          Never       default
relationship-type auto_create_when                             Json          EmptyList   prunable
relationship-type is_symmetric                                 Flag          Never       create-only
relationship-type inverse_type_slug                            Link          Null        prunable
relationship-type rules                                        Pairs         EmptyList   prunable
watcher agent                                                  Text          Never       prunable required
watcher entity                                                 SentOnly      Never
watcher entity_id                                              SentOnly      Never
watcher name                                                   Text          Never       prunable required versioned
watcher description                                            Text          Null        prunable versioned
watcher schedule                                               Text          Never       prunable required
watcher prompt                                                 Prose         Never       prunable required versioned
watcher extraction_schema                                      Json          Never       prunable required versioned
watcher sources                                                Json          EmptyList   prunable versioned
watcher reactions_guidance                                     Prose         Null        prunable versioned
watcher condensation_prompt                                    Prose         Null        prunable versioned
watcher condensation_window_count                              Json          Null        prunable versioned
watcher json_template                                          Json          Null        prunable versioned
watcher keying_config                                          Json          Null        prunable versioned
watcher classifiers                                            Json          Null        prunable versioned
watcher tags                                                   List          EmptyList   prunable
watcher device_worker_id                                       Text          Null        prunable
watcher scheduler_client_id                                    Text          Null        prunable
watcher agent_kind                                             Text          Null        prunable
watcher notification_channel                                   Text          Never       default
watcher notification_priority                                  Text          Never       default
watcher min_cooldown_seconds                                   Json          Never       default
watcher reaction_script                                        Prose         EmptyText   prunable apart
watcher watcher_group_id                                       Noted         Never
";

/// What the files say and the org has, and what is to become of it.
struct Case {
    state: &'static str,
    declared: Json,
    /// None where the resource is not there.
    org: Option<Json>,
    prune: bool,
    /// The word and the path of the change; none where nothing is told.
    told: Option<String>,
    sends: Sends,
}

enum Sends {
    Nothing,
    /// Something, and nothing of the place.
    NothingThere,
    /// This, at the place.
    This(Json),
    /// Whatever it takes, at the place.
    Something,
    /// What its clearing says.
    Cleared,
    /// It cannot be done.
    Problem,
}

/// The project and the org of a case, with the agent and with types to link to.
fn world(place: &FieldPlace, case: &Case) -> World {
    let ResourceKey { kind, id } = place.key();
    let mut world = World::new(Server::Ours);
    world.families.push(Family::Memory);
    world.options.prune = case.prune;
    if kind != AGENT {
        for agent in ["triage", "desk"] {
            world.declared.push(resource(AGENT, agent, &json!({})));
            world.store(AGENT, agent, &json!({}));
        }
    }
    world.declared.push(resource(kind, &id, &case.declared));
    if let Some(org) = &case.org {
        world.store(kind, &id, org);
    }
    if kind.owner == Owner::Org {
        world.store(kind, "a", &json!({}));
        world.store(kind, "b", &json!({}));
    }
    world
}

/// The cases of a place. What is only a way to its members has none.
fn cases(place: &FieldPlace) -> Vec<Case> {
    let field = &place.field;
    let (one, other) = samples(field);
    let (nothing, is_one, is_other) = (place.with(None), place.with(Some(&one)), place.with(Some(&other)));
    let is_empty = place.with(Some(&Json::Null));
    // What has a default is there unless the org says that it is not.
    let absent = if field.default.is_some() { is_empty.clone() } else { nothing.clone() };
    let path = place.path();
    let told = |word: &str| Some(format!("{word} {path}"));
    let case = |state, declared: &Json, org: Option<&Json>, told, sends| Case {
        state,
        declared: declared.clone(),
        org: org.cloned(),
        prune: false,
        told,
        sends,
    };
    let pruned = |case: Case| Case { prune: true, ..case };
    let unchanged = |state, declared, org| case(state, declared, Some(org), None, Sends::Nothing);
    let drift = if field.prunable { "drift" } else { "drift!" };
    let only_org = case("only in the org", &nothing, Some(&is_one), told(drift), Sends::Nothing);
    let (taken, sends) = if field.prunable { ("remove", Sends::Cleared) } else { ("drift!", Sends::Nothing) };
    let prune = case("only in the org, pruned", &nothing, Some(&is_one), told(taken), sends);
    let equal = pruned(unchanged("equal", &is_one, &is_one));
    let clear = case("declared empty", &is_empty, Some(&is_one), told("clear"), Sends::Cleared);
    let empty_twice = unchanged("empty on both sides", &is_empty, &nothing);
    let add = |org, sends| case("only in the files", &is_one, org, told("add"), sends);
    let change = case("changed", &is_other, Some(&is_one), told("change"), Sends::This(other.clone()));
    match field.shape {
        Shape::Leaf(Leaf::Noted) => vec![unchanged("only in the org", &nothing, &is_one)],
        Shape::Leaf(Leaf::Kept) => vec![
            unchanged("only in the org", &nothing, &is_one),
            pruned(unchanged("only in the org, pruned", &nothing, &is_one)),
        ],
        // The world of these cases has our own server.
        Shape::Leaf(Leaf::SentOnly) if field.existing_only => vec![
            case("only in the files", &is_one, None, None, Sends::NothingThere),
            unchanged("never in the org", &is_one, &nothing),
        ],
        Shape::Leaf(Leaf::SentOnly) => vec![
            case("only in the files", &is_one, None, None, Sends::This(one)),
            unchanged("never in the org", &is_one, &nothing),
        ],
        Shape::Leaf(Leaf::Fallback) => vec![
            add(Some(&nothing), Sends::This(one.clone())),
            equal,
            pruned(case("another", &is_one, Some(&is_other), told("drift!"), Sends::Nothing)),
            pruned(unchanged("only in the org", &nothing, &is_other)),
        ],
        Shape::Leaf(_) if field.required => vec![add(None, Sends::This(one.clone())), change, equal],
        Shape::Leaf(_) if field.create_only => vec![
            add(None, Sends::This(one.clone())),
            case("changed", &is_other, Some(&is_one), None, Sends::Problem),
            only_org,
            pruned(prune),
            equal,
        ],
        Shape::Leaf(_) | Shape::Pairs(_) => {
            let mut cases = vec![change, only_org, pruned(prune), equal];
            match field.shape {
                Shape::Leaf(Leaf::TextIfKept) => cases.push(unchanged("only in the files", &is_one, &nothing)),
                _ => cases.push(add(Some(&absent), Sends::This(one.clone()))),
            }
            // A boolean has no empty form in a file.
            if field.clearing != Clearing::Never && !matches!(field.shape, Shape::Leaf(Leaf::Flag)) {
                cases.extend([clear, empty_twice]);
            }
            if let Some(default) = field.default {
                let default = match field.form {
                    Form::Number { .. } => json!(default.parse::<i64>().unwrap()),
                    _ => json!(default),
                };
                cases.push(pruned(unchanged("the default", &nothing, &place.with(Some(&default)))));
            }
            cases
        }
        Shape::Table(_) if place.is_entry() => {
            let mut cases = vec![add(Some(&nothing), Sends::Something), only_org, pruned(prune), equal];
            // An entry of a list is never declared empty, only the list.
            if matches!(place.steps.last(), Some(PlaceStep::Entry)) {
                cases.push(clear);
            }
            cases
        }
        Shape::Keyed(keyed) => {
            let org = place.with(Some(&json!([keyed_entry(keyed, &json!({}))])));
            let clear = case("declared empty", &is_empty, Some(&org), told("clear"), Sends::Cleared);
            vec![clear, empty_twice]
        }
        Shape::Map(entries) => {
            let (sample, _) = samples(&entries.entry);
            let org = place.with(Some(&json!({"one": sample})));
            let told = Some(format!("clear {path}.one"));
            vec![case("declared empty", &is_empty, Some(&org), told, Sends::This(json!({}))), empty_twice]
        }
        Shape::Table(_) | Shape::Config { .. } => Vec::new(),
    }
}

/// What the writes of a row say of a field of the resource.
fn change<'row>(row: &'row Row, place: &FieldPlace) -> Option<&'row Change<Value>> {
    let Some(PlaceStep::Member(root)) = place.steps.first() else { return None };
    row.writes.iter().filter_map(Write::sent).find_map(|sent| sent.fields.get(root))
}

/// What is set at a place.
fn sent<'row>(row: &'row Row, place: &FieldPlace) -> Option<&'row Value> {
    let Some(Change::Set(root)) = change(row, place) else { return None };
    place.steps.iter().skip(1).try_fold(root, |value, step| match step {
        PlaceStep::Member(field) => value.as_map()?.get(field.name),
        PlaceStep::Entry => value.as_map()?.get("one"),
        PlaceStep::Key(keyed) => {
            let is_part =
                |entry: &Value, name: &str, part: &str| entry.as_map()?.get(name)?.literal().map(|own| own == part);
            let key = key_of(keyed);
            let is_it = |entry: &&Value| {
                keyed.key.iter().zip(&key.0).all(|(name, part)| is_part(entry, name, part) == Some(true))
            };
            value.as_list()?.iter().find(is_it)
        }
    })
}

/// Whether a row says that the place is cleared in the way that its field is.
fn is_cleared(row: &Row, place: &FieldPlace) -> bool {
    let (sent, empty) = (sent(row, place), Value::List(Vec::new()));
    let is_json = matches!(place.field.shape, Shape::Leaf(Leaf::Json));
    match (place.steps.as_slice(), place.field.clearing) {
        _ if place.is_entry() => matches!(change(row, place), Some(Change::Set(_))) && sent.is_none(),
        (_, Clearing::Never) | ([_], Clearing::LeftOut) => false,
        (_, Clearing::EmptyList) if !is_json => sent == Some(&empty),
        ([_], _) => change(row, place) == Some(&Change::Clear),
        // Within a field that is sent whole, nothing is said by leaving it out or by an empty list.
        (_, clearing) => {
            clearing == Clearing::LeftOut && matches!(change(row, place), Some(Change::Set(_))) && sent.is_none()
        }
    }
}

fn found_row<'plan>(plan: &'plan Plan, place: &FieldPlace) -> Result<&'plan Row, String> {
    plan.rows.iter().find(|row| row.key == place.key()).ok_or_else(|| "there is no row".to_owned())
}

/// Plans a case, carries it out and plans again; what is wrong, if anything is.
fn run(place: &FieldPlace, case: &Case) -> Result<(), String> {
    let mut world = world(place, case);
    let plan = world.plan();
    if matches!(case.sends, Sends::Problem) {
        let is_told = matches!(plan.problems.as_slice(), [problem] if problem.key == place.key());
        return if is_told { Ok(()) } else { Err(format!("one problem is missing: {:?}", plan.problems)) };
    }
    if !plan.problems.is_empty() {
        return Err(format!("{:?}", plan.problems));
    }
    let row = found_row(&plan, place)?;
    let path = place.path();
    let is_about = |line: &String| case.org.is_some() || line.split(' ').nth(1) == Some(path.as_str());
    let told: Vec<String> = fields(row).into_iter().filter(is_about).collect();
    if told.iter().ne(&case.told) {
        return Err(format!("the plan tells {told:?}, not {:?}", case.told));
    }
    let clears = row.fields.iter().filter(|field| matches!(field.action, FieldAction::Clear | FieldAction::Remove));
    if clears.clone().any(|field| field.guarded != place.field.guarded) {
        return Err(format!("guarded is {}", !place.field.guarded));
    }
    if plan.guarded_clears().len() != if place.field.guarded { clears.count() } else { 0 } {
        return Err(format!("the plan guards {:?}", plan.guarded_clears()));
    }
    let is_pairs = matches!(place.field.shape, Shape::Pairs(_));
    let is_sent = match &case.sends {
        Sends::Nothing => row.writes.is_empty(),
        Sends::NothingThere => !row.writes.is_empty() && change(row, place).is_none(),
        Sends::This(_) | Sends::Cleared if is_pairs => {
            row.writes.iter().all(|write| matches!(write, Write::Add(..) | Write::Remove(..)))
        }
        Sends::This(json) => sent(row, place) == Some(&value(json)),
        Sends::Something => sent(row, place).is_some(),
        Sends::Cleared => is_cleared(row, place),
        Sends::Problem => false,
    };
    if !is_sent {
        return Err(format!("the plan sends {:?}", row.writes));
    }
    let is_link = row.writes.iter().any(|write| matches!(write, Write::Link(_)));
    if is_link != (place.field.shape.is_link() && !row.writes.is_empty()) {
        return Err("only links are written as links".to_owned());
    }
    catch_unwind(AssertUnwindSafe(|| world.carry_out(&plan))).map_err(|_| "the org does not take it".to_owned())?;
    if is_pairs && let Some(PlaceStep::Member(field)) = place.steps.first() {
        let wanted = match &case.sends {
            Sends::This(json) => Pair::list(&value(json)),
            Sends::Cleared => Vec::new(),
            _ => return Ok(()),
        };
        let stored: BTreeSet<_> =
            world.actual.record(&place.key()).unwrap().pairs(field).iter().map(|stored| stored.pair.clone()).collect();
        if !stored.iter().eq(&wanted) {
            return Err(format!("the org has {stored:?}"));
        }
    }
    let again = world.plan();
    if again.is_empty() && again.problems.is_empty() {
        Ok(())
    } else {
        Err(format!("left to do: {:?}, {:?}", again.changes().collect::<Vec<_>>(), again.problems))
    }
}

#[test]
fn every_field_behaves_as_its_row_says() {
    let mut wrong = String::new();
    let mut count = 0;
    for place in ALL.kinds().flat_map(places) {
        for case in cases(&place) {
            count += 1;
            if let Err(what) = run(&place, &case) {
                writeln!(wrong, "{} {}, {}: {what}", place.kind, place.name(), case.state).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(count > 300, "only {count} cases");
}

/// A row of the schema in one line.
fn row_of(place: &FieldPlace) -> String {
    let Field { shape, clearing, guarded, prunable, required, create_only, default, is_apart, .. } = place.field;
    let shape = match shape {
        Shape::Leaf(leaf) => format!("{leaf:?}"),
        Shape::Table(_) => "Table".to_owned(),
        Shape::Map(_) => "Map".to_owned(),
        Shape::Keyed(_) => "Keyed".to_owned(),
        Shape::Config { .. } => "Config".to_owned(),
        Shape::Pairs(_) => "Pairs".to_owned(),
    };
    let flags = [
        (guarded, "guarded"),
        (prunable, "prunable"),
        (required, "required"),
        (create_only, "create-only"),
        (default.is_some(), "default"),
        (place.field.is_versioned(), "versioned"),
        (is_apart, "apart"),
    ];
    let flags: Vec<_> = flags.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| *word).collect();
    let (name, clearing) = (format!("{} {}", place.kind, place.name()), format!("{clearing:?}"));
    format!("{name:<62} {shape:<13} {clearing:<11} {}", flags.join(" ")).trim_end().to_owned()
}

#[test]
fn every_row_is_as_it_was_meant() {
    let mut wrong = String::new();
    let found: Vec<String> = ALL.kinds().flat_map(places).map(|place| row_of(&place)).collect();
    let meant: Vec<&str> = ROWS.trim().lines().collect();
    for row in found.iter().filter(|row| !meant.contains(&row.as_str())) {
        writeln!(wrong, "not meant: {row}").unwrap();
    }
    for row in meant.iter().filter(|row| !found.iter().any(|found| found == *row)) {
        writeln!(wrong, "no longer: {row}").unwrap();
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert_eq!(found, meant, "the order of plans");
}
