//! What machines read: version 1 of the JSON of plans, applies, secrets and errors.

mod caution;
mod doctor;
mod document;
mod explain;
mod lists;
mod provider_keys;
mod pull;
mod schema;
mod secrets;
mod show;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub use caution::CautionWord;
pub use doctor::{
    BundleDocument, CheckedFinding, DoctorCounts, DoctorDocument, DoctorTarget, JsonDoctorView, JsonSystem, StateWord,
    doctor, doctor_bundle,
};
pub use document::{
    ActionWord, Change, Counts, Diagnosis, ErrorDocument, ErrorObject, FailedRow, Field, FieldWord, KindWord,
    MissingSecret, Need, OnlyWord, Outcomes, PlanDocument, Problem, RowName, SecretUse, SeverityWord, Target,
    Undeclared, UnknownRow, UnseenProviderKey, Widening,
};
pub use explain::{
    AbsentWord, EffectWord, ElementWord, EmptyWord, ExampleText, ExplainDocument, ExplainedKey, FileKindWord,
    PruneWord, ServersThatTakeIt, explain_all, explain_key,
};
pub use lists::{
    ContextsDocument, ListedContext, ListedOrg, OrgsDocument, ValidDocument, WhoamiDocument, contexts, orgs, valid,
    whoami,
};
pub use provider_keys::{KeyResultWord, KeyWord, PushedProviderKey};
pub use pull::{
    DriftDocument, DriftView, FileWord, KeptReference, PullDocument, PullObject, PullView, PullWord, PulledField,
    PulledFile, PulledPlace, PulledReference, PulledResource, WithheldValue, WithheldWord, drift, pull,
};
pub use schema::{
    PRINTED, PrintedSchema, context_schema, doctor_schema, explain_schema, org_schema, pull_schema, schema,
    secrets_schema, show_schema, validate_schema, whoami_schema,
};
pub use secrets::{
    ListedSecret, PushDocument, PushWord, PushedSecret, ResultWord, SecretsDocument, SecretsTarget, deletes, key_plan,
    key_report, push_plan, push_report, push_unsupported, secrets,
};
pub use show::{
    DifferingEntry, DifferingResource, EntryWord, JsonShowTarget, JsonShowView, ShowDocument, ShownElement, ShownEntry,
    ShownOrigin, ShownResource, ShownTarget, TargetsDocument, show, show_org, target_differences,
};
pub use write::{JsonTarget, JsonView, apply, error, plan};
