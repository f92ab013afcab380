package main

import (
	"encoding/json"
	"fmt"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/util/csaupgrade"
)

func meta(gvk schema.GroupVersionKind) (strategicpatch.LookupPatchMeta, error) {
	object, err := native.New(gvk)
	if err != nil {
		return nil, err
	}
	return strategicpatch.NewPatchMetaFromStruct(object)
}

func raw(data []byte, err error) (any, error) { return json.RawMessage(data), err }

func strategicThreeWay(gvk schema.GroupVersionKind, q question) (any, error) {
	m, err := meta(gvk)
	if err != nil {
		return nil, err
	}
	return raw(strategicpatch.CreateThreeWayMergePatch(q.Original, q.Modified, q.Current, m, true))
}

func strategicTwoWay(gvk schema.GroupVersionKind, q question) (any, error) {
	m, err := meta(gvk)
	if err != nil {
		return nil, err
	}
	return raw(strategicpatch.CreateTwoWayMergePatchUsingLookupPatchMeta(q.Original, q.Modified, m))
}

func strategicApply(gvk schema.GroupVersionKind, q question) (any, error) {
	m, err := meta(gvk)
	if err != nil {
		return nil, err
	}
	return raw(strategicpatch.StrategicMergePatchUsingLookupPatchMeta(q.Original, q.Patch, m))
}

func mergeThreeWay(q question) (any, error) {
	return raw(jsonmergepatch.CreateThreeWayJSONMergePatch(q.Original, q.Modified, q.Current,
		mergepatch.RequireKeyUnchanged("apiVersion"),
		mergepatch.RequireKeyUnchanged("kind"),
		mergepatch.RequireMetadataKeyUnchanged("name")))
}

func mergeDiff(q question) (any, error) {
	return raw(jsonpatch.CreateMergePatch(q.Original, q.Modified))
}

func mergeApply(q question) (any, error) { return raw(jsonpatch.MergePatch(q.Original, q.Patch)) }

func csaUpgrade(q question) (any, error) {
	u := &unstructured.Unstructured{}
	if err := json.Unmarshal(q.Object, &u.Object); err != nil {
		return nil, err
	}
	patch, err := csaupgrade.UpgradeManagedFieldsPatch(u, sets.New(q.Manager), q.Manager)
	if err != nil || patch == nil {
		return nil, err
	}
	return json.RawMessage(patch), nil
}

func kstatus(q question) (any, error) {
	// Not json.Unmarshal: whole numbers have to be int64, as they are in what a client reads.
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(q.Object); err != nil {
		return nil, fmt.Errorf("question: %w", err)
	}
	result, err := status.Compute(u)
	if err != nil {
		return nil, err
	}
	reason := ""
	for _, c := range result.Conditions {
		reason = c.Reason
	}
	return map[string]any{"status": result.Status.String(), "message": result.Message, "reason": reason}, nil
}
