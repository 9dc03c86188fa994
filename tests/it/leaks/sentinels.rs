//! The secrets. All are made up, and none is like another; each has what JSON, URLs and shells change.

/// A value that is pushed.
pub(super) const VALUE: &str = r#"Vq7Zr0wLmX"\K9dTb4Hs8q+cJ1pF3NyRu/6uGtEoA2kB=wSxD5fCv7 é8BgYhNiM"#;
/// A value that is in the org, and not from here.
pub(super) const FOREIGN: &str = r#"Fz3Xn8bVcQ"\w0Ers5Ty2u+Iop6As9DfG/h4JkLq1zX=vBnM7qWeR eé3TyUiOpA"#;
/// The token. A header takes no é.
pub(super) const TOKEN: &str = r#"Pn5Ws2vKxQ"\8DfJg0Yk6a+T9mBe3RiCz/7hLoU4wI=cXsV1nHb tZ5rQaEdKf"#;
/// A proxy's password.
pub(super) const PASSWORD: &str = r#"Rx4Lb9EjTw"\2Wm7Ua5Oq0+gIp8Nd6CvH/s1ZfKy3u=BtQe4lMo érJ9aXnWhS"#;
/// A salt, as a server lists it.
pub(super) const SALT: &str = "9c41f7d2a85be6037b1d94ce52f80a6de3b70c19485fa2d671e9c3048bda65f7";
