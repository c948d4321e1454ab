//! A source whose first tasks were looked at before the run began.

use std::sync::{Mutex, PoisonError};

use futures::stream::{self, BoxStream, StreamExt};

use crate::engine::ports::{Error, Source};
use crate::label::task::Task;

/// Most tasks that are looked at: as many as a first page holds.
const MOST: usize = 20;

/// Another source, from which the first tasks were taken and put back: one, and more where that one does not fit.
///
/// So the prompt can be tried before anything is paid for, and no task is fetched twice.
pub struct Peeked<'a> {
    source: &'a dyn Source,
    first: Task,
    /// The tasks after the first that were seen.
    seen: Vec<Task>,
    /// The tasks after those that were seen; gone once they were asked for.
    rest: Mutex<Option<BoxStream<'a, Result<Task, Error>>>>,
}

impl<'a> Peeked<'a> {
    /// Waits for the first task of a source; `None` if there is no task at all.
    pub async fn open(source: &'a dyn Source) -> Result<Option<Self>, Error> {
        let mut tasks = source.tasks();
        let first = tasks.next().await.transpose()?;
        Ok(first.map(|first| Self { source, first, seen: Vec::new(), rest: Mutex::new(Some(tasks)) }))
    }

    /// Returns the first task.
    pub fn first(&self) -> &Task {
        &self.first
    }

    /// Looks on until a task fits, and returns that one; the reason of the first task where none does.
    pub async fn fitting(
        &mut self,
        fits: impl AsyncFn(&Task) -> Result<(), String>,
    ) -> Result<Result<&Task, String>, Error> {
        let Err(reason) = fits(&self.first).await else { return Ok(Ok(&self.first)) };
        let rest = self.rest.get_mut().unwrap_or_else(PoisonError::into_inner);
        while let Some(rest) = rest.as_mut().filter(|_| self.seen.len() + 1 < MOST) {
            let Some(task) = rest.next().await.transpose()? else { break };
            let is_fit = fits(&task).await.is_ok();
            self.seen.push(task);
            if is_fit {
                return Ok(self.seen.last().ok_or(reason));
            }
        }
        Ok(Err(reason))
    }
}

impl Source for Peeked<'_> {
    /// Returns the tasks that were seen and what follows them; when asked again, asks the source again.
    fn tasks(&self) -> BoxStream<'_, Result<Task, Error>> {
        match self.rest.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(rest) => {
                let seen = std::iter::once(&self.first).chain(&self.seen).cloned().map(Ok);
                stream::iter(seen.collect::<Vec<_>>()).chain(rest).boxed()
            }
            None => self.source.tasks(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures::TryStreamExt;
    use serde_json::Map;

    use super::*;
    use crate::label::task::TaskId;

    /// Gives this many tasks, then an error if it was asked for one, and counts what it gave.
    struct Numbers(u64, Option<&'static str>, AtomicU64);

    impl Source for Numbers {
        fn tasks(&self) -> BoxStream<'_, Result<Task, Error>> {
            stream::iter(1..=self.0)
                .map(|row| {
                    self.2.fetch_add(1, Ordering::Relaxed);
                    let id = TaskId::Row(row);
                    Ok(Task { id, data: Map::new(), annotations: Vec::new(), predictions: Vec::new() })
                })
                .chain(stream::iter(self.1.map(|error| Err(Error::Input(error.to_owned())))))
                .boxed()
        }
    }

    async fn rows(source: &dyn Source) -> Result<Vec<TaskId>, String> {
        source.tasks().map_ok(|task| task.id).try_collect().await.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn the_first_task_is_seen_and_still_comes_once() {
        let numbers = Numbers(3, None, AtomicU64::new(0));
        let peeked = Peeked::open(&numbers).await.unwrap().unwrap();
        assert_eq!(peeked.first().id, TaskId::Row(1));
        assert_eq!(rows(&peeked).await.unwrap(), [1, 2, 3].map(TaskId::Row));
        assert_eq!(numbers.2.load(Ordering::Relaxed), 3);
        assert_eq!(rows(&peeked).await.unwrap(), [1, 2, 3].map(TaskId::Row));
    }

    #[tokio::test]
    async fn an_empty_source_has_no_first_task() {
        let numbers = Numbers(0, None, AtomicU64::new(0));
        assert!(Peeked::open(&numbers).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn errors_come_where_they_were() {
        let numbers = Numbers(0, Some("gone"), AtomicU64::new(0));
        assert_eq!(Peeked::open(&numbers).await.err().unwrap().to_string(), "gone");
        let numbers = Numbers(2, Some("gone"), AtomicU64::new(0));
        assert_eq!(rows(&Peeked::open(&numbers).await.unwrap().unwrap()).await.unwrap_err(), "gone");
    }

    #[tokio::test]
    async fn it_is_looked_on_until_a_task_fits_and_all_still_come_once() {
        let check = async |wanted: u64, expect: Result<u64, &str>, taken: u64| {
            let numbers = Numbers(30, None, AtomicU64::new(0));
            let mut peeked = Peeked::open(&numbers).await.unwrap().unwrap();
            let fits = async |task: &Task| {
                if TaskId::Row(wanted) <= task.id { Ok(()) } else { Err(format!("{} is too small", task.id)) }
            };
            let found = peeked.fitting(fits).await.unwrap().map(|task| task.id);
            assert_eq!(found, expect.map(TaskId::Row).map_err(str::to_owned));
            assert_eq!(numbers.2.load(Ordering::Relaxed), taken);
            assert_eq!(rows(&peeked).await.unwrap(), (1..=30).map(TaskId::Row).collect::<Vec<_>>());
        };
        check(1, Ok(1), 1).await;
        check(3, Ok(3), 3).await;
        check(21, Err("row 1 is too small"), 20).await;
    }
}
