//! Hooks: left-overs are removed, each is run and waited for, then logs are shown and objects deleted.

use helm_kube::{ListOptions, Resource, ResourceType};
use helm_release::plan::{HookRef, Propagation, Step};
use helm_release::{DeletePolicy, Hook, HookEvent, HookPhase, HookRun, OutputLogPolicy};
use serde_json::Value;

use crate::execute::{Executor, stamp};
use crate::objects::{self, Writes};
use crate::{ActionError, Context, Event, Level, Wait, build};

/// How the hooks of an event went, before their objects are deleted.
pub(crate) struct HookOutcome {
    /// What is left to do: show logs, delete objects.
    pub(crate) cleanup: Vec<Step>,
    /// The step that failed, and why.
    pub(crate) error: Option<(String, ActionError)>,
}

impl Executor<'_> {
    /// Runs the hooks of an event, given its steps. What deletes their objects afterwards is answered, not done.
    pub(crate) async fn hooks(&mut self, event: &HookEvent, steps: Vec<Step>) -> HookOutcome {
        let mut done: Vec<HookRef> = Vec::new();
        let mut steps = steps.into_iter();
        while let Some(step) = steps.next() {
            let result = match &step {
                Step::RunHook { hook } => {
                    let result = self.run_hook(event, hook).await;
                    done.push(hook.clone());
                    result
                }
                Step::DeleteHook { hook, policy: DeletePolicy::BeforeHookCreation } => {
                    self.delete_hook(hook, &DeletePolicy::BeforeHookCreation).await
                }
                // The first step of what comes after all hooks succeeded.
                _ => {
                    let cleanup = std::iter::once(step).chain(steps).collect();
                    return HookOutcome { cleanup, error: None };
                }
            };
            if let Err(error) = result {
                let ran = matches!(step, Step::RunHook { .. });
                let cleanup = if ran { self.cleanup_after_failure(done) } else { Vec::new() };
                return HookOutcome { cleanup, error: Some((step.to_string(), error)) };
            }
            self.context.observer.event(Event::StepDone(&step));
        }
        HookOutcome { cleanup: Vec::new(), error: None }
    }

    /// The failed hook goes if it says so, and those before it as if all had succeeded.
    fn cleanup_after_failure(&mut self, mut done: Vec<HookRef>) -> Vec<Step> {
        let Some(failed) = done.pop() else { return Vec::new() };
        let release = self.release();
        let mut steps = Vec::new();
        if release.hooks[failed.index].deletes_on(&DeletePolicy::HookFailed) {
            steps.push(Step::DeleteHook { hook: failed, policy: DeletePolicy::HookFailed });
        }
        let succeeded = done
            .into_iter()
            .filter(|hook| release.hooks[hook.index].deletes_on(&DeletePolicy::HookSucceeded));
        steps.extend(succeeded.map(|hook| Step::DeleteHook { hook, policy: DeletePolicy::HookSucceeded }));
        steps
    }

    /// Shows logs and deletes objects after hooks ran. Of several errors the first is answered.
    pub(crate) async fn clean_hooks(&mut self, steps: Vec<Step>) -> Result<(), ActionError> {
        for step in steps {
            match &step {
                Step::ShowHookLogs { hook } => self.show_logs(hook).await,
                Step::DeleteHook { hook, policy: DeletePolicy::HookFailed } => {
                    if let Err(error) = self.delete_hook(hook, &DeletePolicy::HookFailed).await {
                        let text = error.to_string();
                        let message = "error deleting the hook resource on hook failure";
                        self.context.log(Level::Error, message, &[("error", &text)]);
                    }
                }
                Step::DeleteHook { hook, policy } => self.delete_hook(hook, policy).await?,
                _ => {}
            }
            self.context.observer.event(Event::StepDone(&step));
        }
        Ok(())
    }

    async fn run_hook(&mut self, event: &HookEvent, hook: &HookRef) -> Result<(), ActionError> {
        let context = self.context;
        let namespace = context.target.namespace.clone();
        let (path, text) = {
            let hook = &self.release().hooks[hook.index];
            (hook.path.clone(), hook.manifest.clone())
        };
        let resources = build::bind_text(context, &text, &namespace)
            .await
            .map_err(|e| e.during(format!("unable to build kubernetes object for {event} hook {path}")))?;
        let run = HookRun { started_at: stamp(), phase: HookPhase::Running, ..HookRun::default() };
        self.hook(hook).last_run = run;
        self.set_default_policy(hook);
        self.record().await;
        self.hook(hook).last_run.phase = HookPhase::Unknown;

        let writes = Writes { server_side: self.server_side, ..Writes::default() };
        let created = self.interruptible(async {
            let outcome = objects::create(context, resources.clone(), &writes).await?;
            outcome.error.map_or(Ok(()), Err)
        });
        if let Err(error) = created.await {
            self.finish(hook, HookPhase::Failed);
            return Err(error.during(format!("warning: Hook {event} {path} failed")));
        }
        let finished = objects::wait_hook(context, &resources, self.wait, self.timeout);
        match self.interruptible(finished).await {
            Ok(()) => {
                self.finish(hook, HookPhase::Succeeded);
                Ok(())
            }
            Err(error) => {
                self.finish(hook, HookPhase::Failed);
                if self.hook(hook).shows_logs_on(&OutputLogPolicy::HookFailed) {
                    self.show_logs(hook).await;
                }
                Err(error)
            }
        }
    }

    fn hook(&mut self, hook: &HookRef) -> &mut Hook {
        &mut self.release().hooks[hook.index]
    }

    /// Helm writes the policy that it assumes into the record.
    fn set_default_policy(&mut self, hook: &HookRef) {
        let hook = self.hook(hook);
        if hook.delete_policies.is_empty() {
            hook.delete_policies = hook.effective_delete_policies().to_vec();
        }
    }

    fn finish(&mut self, hook: &HookRef, phase: HookPhase) {
        let run = &mut self.hook(hook).last_run;
        run.completed_at = stamp();
        run.phase = phase;
    }

    async fn delete_hook(&mut self, hook: &HookRef, policy: &DeletePolicy) -> Result<(), ActionError> {
        let context = self.context;
        let namespace = context.target.namespace.clone();
        let (path, text) = {
            let hook = &self.release().hooks[hook.index];
            (hook.path.clone(), hook.manifest.clone())
        };
        let resources = build::bind_text(context, &text, &namespace)
            .await
            .map_err(|e| e.during(format!("unable to build kubernetes object for deleting hook {path}")))?;
        // An object that is still going away would be mistaken for the new one.
        let wait = match policy {
            DeletePolicy::BeforeHookCreation if self.wait == Wait::HookOnly => Wait::Watcher,
            _ => self.wait,
        };
        let (timeout, compat) = (self.timeout, context.compat());
        self.interruptible(async {
            objects::delete(context, resources.clone(), Propagation::Background).await?;
            if wait == Wait::HookOnly && compat != helm_release::Compat::V3 {
                return Ok(());
            }
            objects::wait_deleted(context, &resources, wait, timeout).await
        })
        .await
    }

    /// Shows the logs of a hook's pods; that there are none to be had is only remarked.
    async fn show_logs(&mut self, hook: &HookRef) {
        let context = self.context;
        let hook = self.hook(hook).clone();
        let shown = show_hook_logs(context, &hook);
        if let Err(error) = self.interruptible(shown).await {
            let text = error.to_string();
            context.log(Level::Error, "error outputting logs for hook failure", &[("error", &text)]);
        }
    }
}

async fn show_hook_logs(context: &Context, hook: &Hook) -> Result<(), ActionError> {
    let resources = build::bind_text(context, &hook.manifest, &context.target.namespace).await?;
    let Some(resource) = resources.first() else { return Ok(()) };
    let pods = pods_of(context, resource).await?;
    for pod in &pods {
        for container in container_names(pod, &["containers"]) {
            let text =
                objects::read_log(context.cluster(), &resource.namespace, pod.name(), container).await?;
            context.observer.event(Event::HookLogs {
                namespace: &resource.namespace,
                pod: pod.name(),
                container,
                text: &text,
            });
        }
    }
    Ok(())
}

/// The pods of a hook: itself, or those of a Job.
async fn pods_of(context: &Context, resource: &Resource) -> Result<Vec<k8s_object::Object>, ActionError> {
    let (labels, fields) = match &*resource.resource_type.kind {
        "Job" => (format!("job-name={}", resource.name), String::new()),
        "Pod" => (String::new(), format!("metadata.name={}", resource.name)),
        _ => return Ok(Vec::new()),
    };
    let options = ListOptions { label_selector: &labels, field_selector: &fields, ..ListOptions::default() };
    Ok(context.cluster().list(&ResourceType::POD, &resource.namespace, &options).await?)
}

/// The names of a pod's containers.
pub(crate) fn container_names<'a>(pod: &'a k8s_object::Object, lists: &[&str]) -> Vec<&'a str> {
    let containers = |list: &&str| pod.field(&["spec", list]).and_then(Value::as_array);
    lists
        .iter()
        .filter_map(containers)
        .flatten()
        .filter_map(|container| container.get("name")?.as_str())
        .collect()
}
