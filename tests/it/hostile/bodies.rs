//! Bodies that are far too long.

use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::block_in_place;

use super::form_to;
use crate::harness::app::Storage;
use crate::harness::browser::send;
use crate::harness::process::{PROGRAM, Serving};
use crate::harness::{Engine, TestApp};

const MEGABYTE: usize = 1024 * 1024;

/// Forms of ten megabytes, fifty at a time: what is announced is refused before it is sent, and what is not, while it
/// is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_of_ten_megabytes_are_refused_and_cost_no_memory() {
    let storage = Storage::new(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let serving = block_in_place(|| Serving::start(PROGRAM, folder.path(), &storage.url, &[]));
    let browser = serving.visitor();
    assert_eq!(browser.get("/login").await.status, 200);
    let before = serving.memory();
    let all = (0..50).map(|n| long_form(serving.addr, n % 2 == 0));
    for answer in futures::future::join_all(all).await {
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer:.200}");
    }
    let after = serving.memory();
    let grown = after.most.saturating_sub(before.now) / 1024;
    assert!(grown < 100, "500 MB of forms took {grown} MiB");
    for _ in 0..3 {
        assert_eq!(browser.get("/login").await.status, 200);
    }
    assert_eq!(
        browser
            .call("log_in", &[("login", "x"), ("password", "y")])
            .await
            .status,
        422
    );
}

/// Sends until there is an answer; answers its beginning.
async fn long_form(addr: std::net::SocketAddr, is_announced: bool) -> String {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let length = match is_announced {
        true => format!("Content-Length: {}", 10 * MEGABYTE),
        false => "Transfer-Encoding: chunked".to_owned(),
    };
    let head = format!(
        "POST /api/log_in HTTP/1.1\r\nHost: {addr}\r\nSec-Fetch-Site: same-origin\r\nAccept: application/json\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n{length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let sending = async {
        let piece = "x".repeat(16 * 1024);
        let chunk = if is_announced {
            piece
        } else {
            format!("{:x}\r\n{piece}\r\n", 16 * 1024)
        };
        for _ in 0..10 * MEGABYTE / (16 * 1024) {
            // Nobody reads any more: the answer is there.
            if writer.write_all(chunk.as_bytes()).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    let reading = async {
        let mut answer = Vec::new();
        let mut piece = [0; 1024];
        while !answer.windows(4).any(|window| window == b"\r\n\r\n") {
            match reader.read(&mut piece).await {
                Ok(0) | Err(_) => break,
                Ok(read) => answer.extend_from_slice(&piece[..read]),
            }
        }
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::select! { answer = reading => answer, () = sending => unreachable!() }
}

/// A connection goes on after a form that was refused before it was read to its end, or is closed: what was left of
/// the form is no request.
#[tokio::test]
async fn what_is_left_of_a_refused_form_is_no_request_of_its_own() {
    let app = TestApp::start(Engine::Sqlite).await;
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for (site, path) in [
        ("cross-site", "/api/log_in"),
        ("same-origin", "/api/log_in"),
        ("same-origin", "/nothing"),
    ] {
        let body = format!("{}{smuggled}", "x".repeat(70_000));
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: {site}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n",
            app.addr,
            body.len()
        );
        let mut stream = TcpStream::connect(app.addr).await.unwrap();
        // It may be closed while we write.
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(body.as_bytes()).await;
        let _ = stream.shutdown().await;
        let mut answers = Vec::new();
        let _ = stream.read_to_end(&mut answers).await;
        let answers = String::from_utf8_lossy(&answers);
        assert!(answers.matches("HTTP/1.1 ").count() <= 1, "{site} {path}: {answers}");
        assert!(!answers.contains("ok\n"), "{site} {path}: {answers}");
    }
    // Two lengths at once, or a length beside chunks: one reader's end is another's beginning.
    for lengths in [
        "Content-Length: 5\r\nContent-Length: 50",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked, identity",
        "Content-Length: +5",
    ] {
        let request = format!(
            "POST /api/log_in HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\n{lengths}\r\n\r\n0\r\n\r\n{smuggled}",
            app.addr
        );
        let mut stream = TcpStream::connect(app.addr).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let _ = stream.shutdown().await;
        let mut answers = Vec::new();
        let _ = stream.read_to_end(&mut answers).await;
        let answers = String::from_utf8_lossy(&answers);
        // RFC 9112, section 6.3: chunks count and not the length; anything else is refused.
        let is_chunked = lengths.ends_with("chunked");
        assert!(
            is_chunked || answers.starts_with("HTTP/1.1 400"),
            "{lengths}: {answers}"
        );
    }
    let ana = app.person("ana").create().await;
    let request = form_to(&ana, "set_invisible").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(send(request.body("invisible=false")).await.status, 200);
    assert_eq!(send(ana.bare(Method::GET, "/healthz")).await.status, 200);
}
