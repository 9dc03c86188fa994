//! Certificates that nobody vouches for, and ports that speak something else.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::harness::{AGENT, Case, SENTINEL, Tree, add, clean};
use crate::support::existing_server::owner_token;
use crate::support::snapshots::assert_snapshot_file;
use crate::support::tls;

/// Serves every connection on a thread that ends with the test binary, and gives what was understood.
fn serve(talk: impl Fn(TcpStream) -> Vec<u8> + Send + 'static) -> (SocketAddr, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    let understood = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&understood);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            shared.lock().expect("no thread panics").extend(talk(stream));
        }
    });
    (address, understood)
}

/// Offers a certificate that nobody vouches for, and reads what the client trusts it with.
fn self_signed(mut stream: TcpStream, config: &Arc<ServerConfig>) -> Vec<u8> {
    let connection = ServerConnection::new(Arc::clone(config)).expect("a configuration that works");
    let mut bytes = Vec::new();
    if stream.flush().is_ok() {
        drop(StreamOwned::new(connection, stream).read_to_end(&mut bytes));
    }
    bytes
}

fn plain(mut stream: TcpStream) -> Vec<u8> {
    drop(stream.read(&mut [0; 1024]));
    drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"));
    Vec::new()
}

#[test]
fn connections_that_are_not_secure_are_told() {
    let (config, _) = tls::self_signed();
    let (untrusted, understood) = serve(move |stream| self_signed(stream, &config));
    let (unencrypted, _) = serve(plain);
    let mut messages = String::new();
    for (name, address) in [("certificate that nobody vouches for", untrusted), ("plain HTTP as https", unencrypted)] {
        let mut env = Case::new(name, 1).file("lobu.toml", AGENT).lay_out();
        env.env("LOBU_API_TOKEN", owner_token("dev")).env("LOBU_ORG", "dev").env("TOKEN", SENTINEL);
        let before = Tree::of(env.path());
        let output = env.lobu(["apply", "--yes", "--url", &format!("https://{address}")]);
        assert_eq!(output.code, Some(1), "{name}\n{output}");
        clean(name, &output);
        assert_eq!(Tree::of(env.path()), before);
        add(&mut messages, name, &output);
    }
    assert_eq!(*understood.lock().expect("no thread panics"), b"", "nothing is said to a server that is not trusted");
    assert_snapshot_file!("insecure-connections", messages);
}
