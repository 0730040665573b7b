package rollbackstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// A Fake is one of those of package awsfake.
type Fake interface {
	Operations() map[string]awsfake.Operation
	Spell(member string) string
	Calls(operation string) int
	Fail(operation string, f awsfake.Fault)
}

// Model holds that a fake requires what the service's model does, and that it answers in the model's types. The client looks before it
// sends what AWS requires, so an empty request tells.
func Model(t *testing.T, client any, fake Fake) {
	t.Helper()
	for name, o := range fake.Operations() {
		call := reflect.ValueOf(client).MethodByName(name)
		if !call.IsValid() || o.In == nil || o.Out == nil {
			t.Errorf("AWS has no operation %s, or its types are not named", name)
			continue
		}
		in := reflect.New(reflect.TypeOf(o.In))
		if call.Type().In(1) != in.Type() || call.Type().Out(0).Elem() != reflect.TypeOf(o.Out) {
			t.Errorf("%s has other types: %s", name, call.Type())
			continue
		}
		out := call.Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
		err, _ := reflect.TypeAssert[error](out[1])
		var want []string
		if invalid, ok := errors.AsType[smithy.InvalidParamsError](err); ok {
			for _, one := range invalid.Errs() {
				if missing, ok := errors.AsType[smithy.InvalidParamError](one); ok {
					want = append(want, fake.Spell(missing.Field()[strings.LastIndex(missing.Field(), ".")+1:]))
				}
			}
		} else if len(o.Required) > 0 {
			want = []string{fmt.Sprintf("nothing: %v", err)}
		}
		slices.Sort(want)
		if !slices.Equal(want, slices.Sorted(slices.Values(o.Required))) {
			t.Errorf("%s: AWS requires %q, and the fake %q", name, want, o.Required)
		}
	}
}
