package sns

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRefusedIsHeardOf holds that whoever wants to hears of each message that is not taken in, with what it says of itself as far
// as that could be read, and of no other.
func TestRefusedIsHeardOf(t *testing.T) {
	d := newDoorRig(t)
	var heard []string
	d.door.Refused = func(p *Problem, claimed *Envelope, from string) {
		if from == "" {
			t.Error("it is not said where it came from")
		}
		heard = append(heard, string(p.Code)+" "+claimed.TopicARN+" "+claimed.MessageID)
	}
	body := d.sign(Post{MessageID: "id-1", Message: "m"})
	d.post(body)
	d.post(body)
	d.post(edited(t, body, testARN, testARN+"x"))
	d.post(edited(t, body, `"m"`, `"forged"`))
	d.post([]byte("hello"))
	want := []string{"E1010 " + testARN + "x id-1", "E1014 " + testARN + " id-1", "E1002  "}
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
