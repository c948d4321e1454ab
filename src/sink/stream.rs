//! Predictions as they come, to whoever reads along: standard output.

use std::io;

use futures::future::BoxFuture;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::BATCH;
use super::layout::Layout;
use crate::engine::ports::{Batch, BrokenOff, Delivered, Error, Sink};
use crate::label::prediction::Labeled;

/// Writes each delivery at once, in the order of the answers.
pub(super) struct StreamSink<W> {
    output: W,
    layout: Box<dyn Layout>,
    written: usize,
}

impl<W: AsyncWrite + Send + Unpin> StreamSink<W> {
    pub(super) fn new(output: W, layout: Box<dyn Layout>) -> Self {
        Self { output, layout, written: 0 }
    }

    async fn write(&mut self, text: &[u8]) -> Result<(), Error> {
        let written = async {
            self.output.write_all(text).await?;
            self.output.flush().await
        };
        written.await.map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Error::Closed,
            _ => Error::Io(format!("cannot write to standard output: {error}")),
        })
    }
}

impl<W: AsyncWrite + Send + Unpin> Sink for StreamSink<W> {
    fn batch(&self) -> Batch {
        BATCH
    }

    fn deliver<'a>(&'a mut self, batch: &'a [Labeled]) -> BoxFuture<'a, Result<Delivered, BrokenOff>> {
        Box::pin(async move {
            let mut text = Vec::new();
            for labeled in batch {
                if self.written == 0 {
                    text.extend(self.layout.head(Some(labeled)));
                }
                text.extend_from_slice(self.layout.punctuation().before(self.written).as_bytes());
                text.extend(self.layout.item(labeled));
                self.written += 1;
            }
            self.write(&text).await?;
            Ok(Delivered::default())
        })
    }

    fn finish(&mut self, _complete: bool) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async {
            let mut text = if self.written == 0 { self.layout.head(None) } else { Vec::new() };
            text.extend_from_slice(self.layout.punctuation().close.as_bytes());
            if text.is_empty() { Ok(()) } else { self.write(&text).await }
        })
    }
}
