//! A process that holds a secret leaves no picture of its memory behind.

use std::sync::Once;

static PROTECTED: Once = Once::new();

/// Makes the process not dumpable: no core file, and no other process of the user may read its memory.
///
/// A command that reads secrets calls it before it reads anything; the first [`SecretValue`](super::SecretValue) does in any case.
/// It stays so until the process ends. Where the system refuses, the command goes on: the value is no less secret without it.
pub fn protect() {
    PROTECTED.call_once(|| {
        #[cfg(unix)]
        let _refused = rustix::process::setrlimit(
            rustix::process::Resource::Core,
            rustix::process::Rlimit { current: Some(0), maximum: Some(0) },
        );
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let _refused = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    });
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use crate::secrets::SecretValue;

    #[test]
    fn a_process_with_a_secret_is_not_dumpable() {
        let _value = SecretValue::new("x");
        let behaviour = rustix::process::dumpable_behavior().unwrap();
        assert_eq!(behaviour, rustix::process::DumpableBehavior::NotDumpable);
        assert_eq!(rustix::process::getrlimit(rustix::process::Resource::Core).current, Some(0));
    }
}
