//! Which model version annotators see: without this step they see no prediction at all.

use super::StudioSink;
use crate::label::prediction;
use crate::label::task::StoredPrediction;
use crate::studio::error::StudioError;

impl StudioSink {
    /// Makes annotators see this version, unless they see one that somebody else has chosen.
    ///
    /// Label Studio takes a version only once it has a prediction. Of several versions in one file the first one wins.
    pub(super) async fn show(&mut self, version: &str) -> Result<(), StudioError> {
        if let Some(settled) = &self.settled {
            let notice = format!(
                "predictions of several model versions were posted; annotators see those of `{settled}` first, not those \
                 of `{version}`"
            );
            if settled != version && !self.notices.contains(&notice) {
                self.notices.push(notice);
            }
            return Ok(());
        }
        self.settled = Some(version.to_owned());
        let shown = self.studio.shown_version(self.project).await?;
        if let Some(shown) = shown.filter(|shown| shown != version)
            && !self.is_own_version(&shown).await?
        {
            self.notices.push(format!(
                "annotators of project {} still see the predictions of `{shown}`, which this tool did not make; to show \
                 the new ones choose `{version}` under Settings > Annotation > Prelabeling",
                self.project
            ));
            return Ok(());
        }
        match self.studio.show_version(self.project, version).await {
            Err(error @ StudioError::Refused { .. }) => {
                self.notices.push(format!("annotators do not see the new predictions yet: {error}"));
                Ok(())
            }
            result => result,
        }
    }

    /// Shows the version of this run where an earlier run posted it and got no further.
    pub(super) async fn show_earlier(&mut self) -> Result<(), StudioError> {
        let (None, Some(version)) = (&self.settled, self.options.model_version.clone()) else {
            return Ok(());
        };
        let counts = self.studio.version_counts(self.project).await?;
        if counts.get(&version).is_some_and(|count| 0 < *count) {
            self.show(&version).await?;
        }
        Ok(())
    }

    /// Returns whether this tool made the predictions of a version, by one of them.
    async fn is_own_version(&self, version: &str) -> Result<bool, StudioError> {
        let example = self.studio.example_of(self.project, version).await?;
        // An empty one tells nothing of its author but the name of the version.
        let is_ours =
            |stored: &StoredPrediction| stored.result.is_empty() && prediction::is_own_version(version);
        Ok(example.is_some_and(|stored| self.wrote(&stored) || is_ours(&stored)))
    }
}
