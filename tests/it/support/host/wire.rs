//! TCP connections that a test can cut in the middle of a request.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

use crate::support::gate::{Gate, PATIENCE};

/// Listens on a free port of this machine.
pub(super) struct WireListener {
    listener: TcpListener,
    address: SocketAddr,
    closed: watch::Receiver<Option<Gate>>,
    connections: Connections,
}

/// How many connections are open.
#[derive(Debug, Clone, Default)]
pub(super) struct Connections(Arc<(Mutex<usize>, Condvar)>);

/// Counts a connection as open while it lives.
struct Open(Connections);

/// One connection.
pub(super) struct Wire {
    stream: TcpStream,
    scissors: Scissors,
    _open: Open,
}

/// Cuts one connection: nothing more is written to it, and it is closed.
#[derive(Debug, Clone, Default)]
pub(super) struct Scissors(Arc<AtomicBool>);

impl WireListener {
    /// Opens a port that the system chooses; it refuses connections from when it is told of a gate until that opens.
    pub(super) async fn bind(
        closed: watch::Receiver<Option<Gate>>,
        connections: Connections,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, closed, connections })
    }

    /// Refuses connections until the gate opens.
    async fn stay_closed(&mut self, gate: &Gate) -> io::Result<()> {
        self.listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        // A port that is bound and not listened on refuses connections, and nobody else can get it.
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        // Another thread may be starting a program, which has a copy of the old listener until it is that program.
        while let Err(error) = socket.bind(self.address) {
            if error.kind() != io::ErrorKind::AddrInUse {
                return Err(error);
            }
            tokio::task::yield_now().await;
        }
        gate.pass().await;
        self.listener = socket.listen(1024)?;
        Ok(())
    }

    /// Returns where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Connections {
    /// Blocks the test until no connection is open.
    pub(super) fn wait_until_none(&self) {
        let (open, changed) = &*self.0;
        let open = open.lock().expect("no holder of the lock panics");
        let (open, timeout) = changed
            .wait_timeout_while(open, PATIENCE, |open| 0 < *open)
            .expect("no holder of the lock panics");
        assert!(!timeout.timed_out(), "{open} connections are still open after {PATIENCE:?}");
    }

    fn open(&self) -> Open {
        *self.0.0.lock().expect("no holder of the lock panics") += 1;
        Open(self.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let (open, changed) = &*self.0.0;
        *open.lock().expect("no holder of the lock panics") -= 1;
        changed.notify_all();
    }
}

impl Scissors {
    /// Cuts; what was not written yet never arrives.
    pub(super) fn cut(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::SeqCst) {
            return Err(io::Error::from(io::ErrorKind::ConnectionReset));
        }
        Ok(())
    }
}

impl Listener for WireListener {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, address) = loop {
            tokio::select! {
                biased;
                Ok(()) = self.closed.changed() => {
                    let gate = self.closed.borrow_and_update().clone().expect("it is told of gates only");
                    self.stay_closed(&gate).await.expect("the port is ours");
                }
                accepted = Listener::accept(&mut self.listener) => break accepted,
            }
        };
        // Headers and body are written apart; without this the second would wait for an acknowledgement.
        stream.set_nodelay(true).expect("a fresh socket takes options");
        (Wire { stream, scissors: Scissors::default(), _open: self.connections.open() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, WireListener>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        stream.io().scissors.clone()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.scissors.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
